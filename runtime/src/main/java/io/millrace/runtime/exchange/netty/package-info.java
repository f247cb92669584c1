/**
 * The exchange between TaskManager processes: record batches over Netty with credit-based flow
 * control.
 *
 * <p>One {@link io.millrace.runtime.exchange.netty.DataExchange} a process; one TCP connection a
 * pair of processes carries all channels between them, in both directions. Everything a connection
 * knows is owned by its event loop; tasks and loops meet only in queues and in counters with one
 * writer each (invariant FC7). The receiver grants credits in bytes, per channel, and they are the
 * only brake: nothing here ever stops reading from a socket (invariant FC13).
 */
package io.millrace.runtime.exchange.netty;
