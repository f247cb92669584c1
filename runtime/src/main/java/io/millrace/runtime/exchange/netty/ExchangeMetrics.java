package io.millrace.runtime.exchange.netty;

/**
 * What a {@link DataExchange} has done since its start, and has now. Bytes are those of frames.
 *
 * @param batchesOut data frames sent to other processes
 * @param batchesIn data frames received from other processes
 * @param connections live connections
 * @param inputs channels being received
 * @param outputs channels being sent
 */
public record ExchangeMetrics(
    long bytesOut,
    long bytesIn,
    long batchesOut,
    long batchesIn,
    long eventsOut,
    long eventsIn,
    int connections,
    int inputs,
    int outputs) {}
