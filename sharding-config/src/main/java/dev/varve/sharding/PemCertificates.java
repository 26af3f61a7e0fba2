package dev.varve.sharding;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;

/** Turns certificates in PEM form into the key store that Connector/J reads. */
final class PemCertificates {
  /** No secret: only certificates are inside, and a key store needs some password. */
  static final String STORE_PASSWORD = "varve-certificates";

  private PemCertificates() {}

  static Collection<? extends Certificate> read(Path file, YamlNode node) {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (!found.isEmpty()) {
        return found;
      }
    } catch (IOException | CertificateException e) {
      throw node.error("has no certificates in PEM form: " + e.getMessage());
    }
    throw node.error("has no certificates in PEM form");
  }

  /** Writes a PKCS12 store of all certificates of {@code file} to a temporary file. */
  static Path toStore(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int index = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + index++, one);
      }
      Path target = Files.createTempFile("varve-ca", ".p12");
      target.toFile().deleteOnExit();
      try (OutputStream out = Files.newOutputStream(target)) {
        store.store(out, STORE_PASSWORD.toCharArray());
      }
      return target;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }
}
