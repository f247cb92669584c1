package io.millrace.process.cycles;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.tools.attach.VirtualMachine;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Counts live objects of another Java process by a histogram of its heap, after a full GC.
 *
 * <p>It asks over JMX, which makes the process read serialised objects. That lets go of classes
 * whose entries in the caches of {@link java.io.ObjectStreamClass} the GC has cleared: they wait in
 * a queue until something is serialised or read next, which in a TaskManager is the next job.
 */
final class LiveLoaders implements AutoCloseable {
  private final ObjectName diagnostics;
  private final JMXConnector connector;
  private final MBeanServerConnection connection;

  private LiveLoaders(JMXConnector connector) throws IOException, JMException {
    this.diagnostics = new ObjectName("com.sun.management:type=DiagnosticCommand");
    this.connector = connector;
    this.connection = connector.getMBeanServerConnection();
  }

  @SuppressWarnings("BanJNDI") // the address is the process's own word, given to its owner
  static LiveLoaders in(ClusterProcess process) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
    try {
      String address = machine.startLocalManagementAgent();
      return new LiveLoaders(JMXConnectorFactory.connect(new JMXServiceURL(address)));
    } finally {
      machine.detach();
    }
  }

  /** Instances of the class, by its full name. */
  long count(String className) throws Exception {
    // Twice: what the first collection has enqueued is let go of by reference handlers.
    connection.invoke(diagnostics, "gcRun", new Object[0], new String[0]);
    String histogram =
        (String)
            connection.invoke(
                diagnostics,
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    Matcher line =
        Pattern.compile(
                "^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(className) + "\\s",
                Pattern.MULTILINE)
            .matcher(histogram);
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }

  /** The live heap into a file, for whoever has to find what holds a loader. */
  void dump(Path file) throws IOException {
    ManagementFactory.newPlatformMXBeanProxy(
            connection, "com.sun.management:type=HotSpotDiagnostic", HotSpotDiagnosticMXBean.class)
        .dumpHeap(file.toString(), true);
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
