package dev.varve.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFolderTest {
  @TempDir Path temporary;
  private Path folder;
  private StoreFolder store;

  @BeforeEach
  void create() {
    folder = temporary.resolve("data/store");
    store = new StoreFolder(new RealFileIo(), folder);
    store.create("rocksdb", 1, 1);
  }

  @Test
  void shouldMarkANewFolderAndAcceptItAgain() {
    assertThat(folder.resolve(StoreFolder.MARKER)).hasContent("rocksdb 1\n");
    assertThatCode(() -> store.create("rocksdb", 1, 1)).doesNotThrowAnyException();
    assertThatCode(() -> store.check("rocksdb", 1, 1)).doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseAnotherVersionOrKindAndLeaveItAlone() throws IOException {
    Files.writeString(folder.resolve(StoreFolder.MARKER), "rocksdb 2\n");
    assertThatThrownBy(() -> store.create("rocksdb", 1, 1))
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessageContaining("has format \"rocksdb 2\", this program reads \"rocksdb 1\"");
    assertThatThrownBy(() -> store.check("leveldb", 1, 2))
        .isInstanceOf(StorageException.Incompatible.class);
    assertThat(folder.resolve(StoreFolder.MARKER)).hasContent("rocksdb 2\n");
  }

  @Test
  void shouldAcceptAnOlderVersionAndMarkItWhenItIsUpToDate() {
    assertThat(store.create("rocksdb", 1, 2)).isEqualTo(1);
    assertThat(store.check("rocksdb", 1, 2)).isEqualTo(1);
    assertThat(folder.resolve(StoreFolder.MARKER)).hasContent("rocksdb 1\n");
    store.mark("rocksdb", 2);
    assertThat(store.create("rocksdb", 1, 2)).isEqualTo(2);
    assertThatThrownBy(() -> store.create("rocksdb", 3, 4))
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessageContaining("has format \"rocksdb 2\", this program reads \"rocksdb 3 to 4\"");
  }

  @Test
  void shouldRefuseAMarkerItCannotRead() throws IOException {
    for (String content : new String[] {"", "rocksdb", "rocksdb 1", "rocksdb -1\n", "\0\0"}) {
      Files.writeString(folder.resolve(StoreFolder.MARKER), content);
      assertThatThrownBy(() -> store.create("rocksdb", 1, 1))
          .isInstanceOf(StorageException.Incompatible.class);
    }
  }

  @Test
  void shouldRefuseFilesWithoutAMarker() throws IOException {
    Path marker = folder.resolve(StoreFolder.MARKER);
    Files.writeString(folder.resolve("file"), "");
    Files.delete(marker);
    assertThatThrownBy(() -> store.create("rocksdb", 1, 1))
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessageContaining("holds files but no marker FORMAT");
    assertThat(marker).doesNotExist();
  }

  @Test
  void shouldSayThatThereIsNoStore() {
    StoreFolder absent = new StoreFolder(new RealFileIo(), temporary.resolve("absent"));
    assertThatThrownBy(() -> absent.check("rocksdb", 1, 1))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining("no store in");
    assertThat(temporary.resolve("absent")).doesNotExist();
  }

  @Test
  void shouldSayThatAFolderCannotBeWritten() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "");
    StoreFolder under = new StoreFolder(new RealFileIo(), file.resolve("store"));
    assertThatThrownBy(() -> under.create("rocksdb", 1, 1))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining("cannot be written");
  }
}
