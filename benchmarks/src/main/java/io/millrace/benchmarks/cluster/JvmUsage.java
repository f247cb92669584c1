package io.millrace.benchmarks.cluster;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.HashMap;
import java.util.Map;
import javax.management.MBeanServerConnection;

/** Reads what one Java process has used up, this one or another. */
final class JvmUsage {
  private final String process;
  private final OperatingSystemMXBean system;
  private final com.sun.management.ThreadMXBean threads;
  private final MemoryMXBean memory;
  private final MBeanServerConnection server;

  /**
   * @param process names it among others
   */
  JvmUsage(String process, MBeanServerConnection server) throws IOException {
    this.process = process;
    this.server = server;
    this.system =
        ManagementFactory.newPlatformMXBeanProxy(
            server, ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME, OperatingSystemMXBean.class);
    this.threads =
        ManagementFactory.newPlatformMXBeanProxy(
            server, ManagementFactory.THREAD_MXBEAN_NAME, com.sun.management.ThreadMXBean.class);
    this.memory =
        ManagementFactory.newPlatformMXBeanProxy(
            server, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
  }

  static JvmUsage ofThisProcess() throws IOException {
    return new JvmUsage("self", ManagementFactory.getPlatformMBeanServer());
  }

  void collectGarbage() {
    memory.gc();
  }

  Usage usage() throws IOException {
    long gcMillis = 0;
    for (GarbageCollectorMXBean collector :
        ManagementFactory.getPlatformMXBeans(server, GarbageCollectorMXBean.class)) {
      gcMillis += collector.getCollectionTime();
    }
    long[] ids = threads.getAllThreadIds();
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    Map<String, Long> allocated = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      if (bytes[i] >= 0) { // it may have ended just now
        allocated.put(process + "/" + ids[i], bytes[i]);
      }
    }
    return new Usage(system.getProcessCpuTime(), gcMillis, allocated);
  }
}
