package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.disk.sql.GroupAccess.Work;

/** Receives what an audit finds. */
interface AuditSink {
  /** A block of which rows are wrong or missing. */
  void block(StoredBlock block);

  /** Where a transaction is said to be found is wrong. */
  void location(SqlFault fault, ByteString hash);

  /** A record that the ledger's own store has otherwise; {@code mend} writes it. */
  void record(SqlFault fault, Work<Void> mend);
}
