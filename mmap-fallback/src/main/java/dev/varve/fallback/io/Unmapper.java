package dev.varve.fallback.io;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

/**
 * Unmaps a buffer at once through {@code jdk.unsupported}, which Java 17 offers no other way to do.
 * Where that is closed off the garbage collector does it later: correct, but the space of deleted
 * files comes back late.
 */
final class Unmapper {
  private final MethodHandle cleaner;

  Unmapper() {
    cleaner = find();
  }

  /** Nobody may touch the buffer, or a slice of it, from now on. */
  void unmap(MappedByteBuffer map) {
    if (cleaner == null) {
      return;
    }
    try {
      cleaner.invoke((ByteBuffer) map);
    } catch (Throwable e) {
      throw new IllegalStateException("a map cannot be unmapped", e);
    }
  }

  private static MethodHandle find() {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException | RuntimeException absent) {
      return null;
    }
  }
}
