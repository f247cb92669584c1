package io.millrace.jobmanager.rest;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.MemorySize;
import io.millrace.core.config.RestOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * How the REST server listens.
 *
 * @param port 0 for a free one
 * @param token that calls which change something must carry; never blank
 * @param maxRequest largest body
 * @param timeout of a call whose work takes time
 */
public record RestSettings(
    String host, int port, String token, MemorySize maxRequest, Duration timeout, int threads) {
  public RestSettings {
    if (token.isBlank()) {
      throw new IllegalArgumentException("The REST server needs a token");
    }
  }

  /**
   * @throws ConfigurationException if it would listen to other machines without being told so, or
   *     the host is unknown
   */
  public static RestSettings from(Configuration configuration, String token) {
    String host = configuration.get(RestOptions.HOST);
    if (!address(host).isLoopbackAddress() && !configuration.get(RestOptions.ALLOW_REMOTE)) {
      throw new ConfigurationException(
          "rest.host "
              + host
              + " can be reached from other machines, and there is no TLS: set "
              + "rest.allow-remote to true if the network is trusted, or use 127.0.0.1");
    }
    return new RestSettings(
        host,
        configuration.get(RestOptions.PORT),
        token,
        configuration.get(RestOptions.MAX_REQUEST),
        configuration.get(RestOptions.TIMEOUT),
        configuration.get(RestOptions.THREADS));
  }

  static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new ConfigurationException("rest.host '" + host + "' is no address of this machine", e);
    }
  }
}
