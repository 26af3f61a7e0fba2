package dev.varve.sharding;

import com.mysql.cj.jdbc.MysqlDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import dev.varve.sharding.ClusterConfig.Pool;
import dev.varve.sharding.ClusterConfig.Source;
import dev.varve.sharding.ClusterConfig.TlsMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import javax.sql.DataSource;

/** Makes pools and single connections for one source; none of them connects at once. */
final class Pools {
  private static final int SCHEMA_SOCKET_TIMEOUT_MS = 60_000;

  /** One that writes, one that renews, one that follows others, and some that look up. */
  static final int UPLINK_SIZE = 8;

  private static final int UPLINK_KEEPALIVE_MS = 30_000;
  private static final String UPLINK_SESSION = "wait_timeout=60,innodb_lock_wait_timeout=4";
  private static final int MARKER_TIMEOUT_MS = 1_000;
  private static final int MARKER_SOCKET_TIMEOUT_MS = 2_000;

  private final Source source;
  private final Properties tls;

  Pools(Source source) {
    this.source = source;
    this.tls = tls(source);
  }

  /** The pool that data goes through. */
  HikariDataSource data(Pool pool, SQLExceptionOverride failures) {
    HikariConfig config = data("", pool, failures);
    config.setMaximumPoolSize(pool.maxPoolSize());
    config.setMinimumIdle(pool.minPoolSize());
    return new HikariDataSource(config);
  }

  /**
   * A pool of its own for the uplink, whose acknowledgements do not wait behind a drain of blocks.
   *
   * <p>The transaction of a gateway whose machine went away holds its locks until the server gives
   * the silent connection up: in a minute, not in eight hours. Those that are only idle are kept
   * alive.
   */
  HikariDataSource uplink(Pool pool, SQLExceptionOverride failures) {
    HikariConfig config = data("-uplink", pool, failures);
    config.addDataSourceProperty("sessionVariables", UPLINK_SESSION);
    config.setMaximumPoolSize(UPLINK_SIZE);
    config.setMinimumIdle(1);
    config.setKeepaliveTime(UPLINK_KEEPALIVE_MS);
    config.setAutoCommit(false);
    return new HikariDataSource(config);
  }

  private HikariConfig data(String suffix, Pool pool, SQLExceptionOverride failures) {
    HikariConfig config = config(suffix, pool.connectTimeoutMs(), pool.socketTimeoutMs());
    config.setConnectionTimeout(pool.connectionTimeoutMs());
    config.setValidationTimeout(Math.min(1_000, pool.connectionTimeoutMs()));
    config.setIdleTimeout(pool.idleTimeoutMs());
    config.setMaxLifetime(pool.maxLifetimeMs());
    config.setExceptionOverride(failures);
    return config;
  }

  /** A small pool with short time-outs, for markers and health. */
  HikariDataSource marker() {
    HikariConfig config = config("-marker", MARKER_TIMEOUT_MS, MARKER_SOCKET_TIMEOUT_MS);
    config.setMaximumPoolSize(2);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(MARKER_TIMEOUT_MS);
    config.setValidationTimeout(500);
    config.setIdleTimeout(30_000);
    config.setReadOnly(true);
    return new HikariDataSource(config);
  }

  private HikariConfig config(String suffix, int connectTimeoutMs, int socketTimeoutMs) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("varve-" + source.name() + suffix);
    config.setJdbcUrl(source.url());
    config.setUsername(source.username());
    config.setPassword(source.secret().value());
    // A pool is there whether or not the database is.
    config.setInitializationFailTimeout(-1);
    config.setDataSourceProperties(driverProperties(connectTimeoutMs, socketTimeoutMs));
    return config;
  }

  /**
   * Connections outside of any pool, for changes of the schema.
   *
   * @param create whether to make the database when it is not there
   */
  DataSource schema(boolean create) {
    return single(create, driverProperties(5_000, SCHEMA_SOCKET_TIMEOUT_MS));
  }

  /** One connection outside of any pool, with the time-outs of markers. */
  DataSource single() {
    return single(false, driverProperties(MARKER_TIMEOUT_MS, MARKER_SOCKET_TIMEOUT_MS));
  }

  private DataSource single(boolean create, Properties properties) {
    properties.setProperty("createDatabaseIfNotExist", Boolean.toString(create));
    StringBuilder url = new StringBuilder(source.url());
    char separator = '?';
    for (String name : properties.stringPropertyNames()) {
      url.append(separator).append(name).append('=');
      url.append(URLEncoder.encode(properties.getProperty(name), StandardCharsets.UTF_8));
      separator = '&';
    }
    MysqlDataSource alone = new MysqlDataSource();
    alone.setUrl(url.toString());
    alone.setUser(source.username());
    alone.setPassword(source.secret().value());
    return alone;
  }

  /** Settings of Connector/J; see the decision on pools and time-outs. */
  private Properties driverProperties(int connectTimeoutMs, int socketTimeoutMs) {
    Properties properties = new Properties();
    properties.putAll(tls);
    properties.setProperty("connectTimeout", Integer.toString(connectTimeoutMs));
    properties.setProperty("socketTimeout", Integer.toString(socketTimeoutMs));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("rewriteBatchedStatements", "true");
    properties.setProperty("useLocalSessionState", "true");
    properties.setProperty("cacheServerConfiguration", "true");
    properties.setProperty("characterEncoding", "UTF-8");
    // Times are stored as UTC, whatever zone server and node are in.
    properties.setProperty("connectionTimeZone", "UTC");
    properties.setProperty("forceConnectionTimeZoneToSession", "true");
    return properties;
  }

  private static Properties tls(Source source) {
    Properties properties = new Properties();
    TlsMode mode = source.tls().mode();
    properties.setProperty("sslMode", mode.name());
    // MySQL's default way to log in needs its public key where the password is not sent over TLS.
    if (mode == TlsMode.DISABLED || mode == TlsMode.PREFERRED) {
      properties.setProperty("allowPublicKeyRetrieval", "true");
    }
    if (source.tls().caFile().isPresent()) {
      try {
        Path store = PemCertificates.toStore(source.tls().caFile().get());
        properties.setProperty("trustCertificateKeyStoreUrl", store.toUri().toString());
        properties.setProperty("trustCertificateKeyStoreType", "PKCS12");
        properties.setProperty("trustCertificateKeyStorePassword", PemCertificates.STORE_PASSWORD);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return properties;
  }
}
