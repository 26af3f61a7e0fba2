package dev.varve.node;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server's certificate and key, from PEM files (RFC 7468). */
final class Tls {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final char[] NO_PASSWORD = {};

  private Tls() {}

  /**
   * Reads both.
   *
   * @throws ConfigException naming the file and what is allowed in it
   */
  static SSLContext context(Path certificate, Path key) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, NO_PASSWORD);
      store.setKeyEntry("server", key(key), NO_PASSWORD, chain(certificate));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new ConfigException(
          "http.tls_certificate and http.tls_key cannot be used: " + e.getMessage());
    }
  }

  private static Certificate[] chain(Path file) {
    byte[] bytes = read("http.tls_certificate", file);
    try {
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes))
              .toArray(Certificate[]::new);
      if (chain.length > 0) {
        return chain;
      }
    } catch (GeneralSecurityException e) {
      // Told below, as an empty file is.
    }
    throw new ConfigException("http.tls_certificate: " + file + " is no certificate in PEM");
  }

  private static PrivateKey key(Path file) {
    String text = new String(read("http.tls_key", file), StandardCharsets.US_ASCII);
    Matcher block = KEY.matcher(text);
    if (block.find()) {
      byte[] der = Base64.getMimeDecoder().decode(block.group(1));
      for (String algorithm : new String[] {"RSA", "EC", "EdDSA"}) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
          // Of another kind, perhaps: the next one.
        } catch (GeneralSecurityException e) {
          throw new ConfigException("http.tls_key: " + e.getMessage());
        }
      }
    }
    throw new ConfigException(
        "http.tls_key: "
            + file
            + " is no RSA, EC or EdDSA key in PKCS#8 PEM (BEGIN PRIVATE KEY) without a password");
  }

  private static byte[] read(String key, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ConfigException(key + ": " + NodeHome.reason(e));
    }
  }
}
