package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static dev.varve.ledger.Chain.codes;
import static dev.varve.ledger.Transactions.envelope;
import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.RequestInsertTx;
import dev.varve.abci.types.RequestVerifyVoteExtension;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseInfo;
import dev.varve.abci.types.ResponseVerifyVoteExtension.VerifyStatus;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final InMemoryEngine engine = new InMemoryEngine();
  private final Chain chain = new Chain(engine);

  @Test
  void shouldExecuteAndMakeReadable() {
    chain.started();
    ResponseFinalizeBlock response =
        chain.block(
            text("a", "1=2"),
            envelope(5).put(bytes("b"), bytes("2")).delete(bytes("a")).build(),
            bytes("no separator"));

    assertThat(codes(response)).containsExactly(0, 0, 1);
    assertThat(chain.value("a")).isEmpty();
    assertThat(chain.value("b")).isEqualTo("2");
    assertThat(response.getAppHash()).isEqualTo(chain.appHash());
  }

  @Test
  void shouldTellNothingBeforeCommit() {
    chain.started();
    chain.finalizeBlock(1, text("a", "1"));

    assertThat(chain.height()).isZero();
    assertThat(chain.query("", "a", 0).getCode()).isEqualTo(2);
    chain.commit();
    assertThat(chain.height()).isEqualTo(1);
    assertThat(chain.value("a")).isEqualTo("1");
  }

  @Test
  void shouldLetLastWriteOfAKeyWin() {
    chain.started();
    chain.block(text("a", "1"), text("b", "1"), text("a", "2"));

    assertThat(engine.batches.get(1L).stateWrites())
        .extracting(write -> write.value().toStringUtf8())
        .containsExactly("2", "1");
  }

  @Test
  void shouldKeepAppHashInBlocksWithoutWrites() {
    chain.started();
    ByteString before = chain.block(text("a", "1")).getAppHash();

    assertThat(chain.block().getAppHash()).isEqualTo(before);
    assertThat(chain.block(bytes("undecodable")).getAppHash()).isEqualTo(before);
    assertThat(chain.block(text("a", "2")).getAppHash()).isNotEqualTo(before);
  }

  @Test
  void shouldAnswerTheSameFinalizeBlockTheSame() {
    chain.started();
    chain.block(text("a", "1"));
    ResponseFinalizeBlock response = chain.finalizeBlock(2, text("a", "2"));

    assertThat(chain.finalizeBlock(2, text("a", "2"))).isEqualTo(response);
    chain.restart();
    assertThat(chain.finalizeBlock(2, text("a", "2"))).isEqualTo(response);
  }

  @Test
  void shouldBeginAnewWhenFinalizeBlockComesWithOtherContent() {
    Chain other = new Chain(new InMemoryEngine()).started();
    other.block(text("a", "1"));
    ResponseFinalizeBlock wanted = other.block(text("c", "3"));
    chain.started();
    chain.block(text("a", "1"));
    chain.finalizeBlock(2, text("b", "2"));

    assertThat(chain.finalizeBlock(2, text("c", "3"))).isEqualTo(wanted);
    chain.commit();
    assertThat(chain.query("", "b", 0).getCode()).isEqualTo(2);
    assertThat(chain.block(text("d", "4"))).isEqualTo(other.block(text("d", "4")));
  }

  @Test
  void shouldRefuseHeightsOutOfOrder() {
    assertThatThrownBy(() -> chain.finalizeBlock(1)).hasMessageContaining("before InitChain");
    chain.started();
    chain.block();

    assertThatThrownBy(() -> chain.finalizeBlock(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("FinalizeBlock for height 1, the last durable height is 1 and the next 2");
    assertThatThrownBy(() -> chain.finalizeBlock(3)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(chain::commit)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Commit without FinalizeBlock");
    assertThatThrownBy(() -> chain.initChain("", 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the store holds height 1");
  }

  @Test
  void shouldKeepTheBlockWhenCommitFails() {
    chain.started();
    ByteString appHash = chain.finalizeBlock(1, text("a", "1")).getAppHash();
    engine.failure = new StorageException.DiskFull("no space", null);

    assertThatThrownBy(chain::commit).isInstanceOf(StorageException.DiskFull.class);
    engine.failure = null;
    chain.commit();
    assertThat(chain.appHash()).isEqualTo(appHash);
    assertThat(chain.value("a")).isEqualTo("1");
  }

  @Test
  void shouldRecoverWhenTheStoreFailsInFinalizeBlock() {
    chain.started();
    ByteString tx = envelope(9).put(bytes("a"), bytes("1")).build();
    chain.block(text("a", "0"));
    chain.finalizeBlock(2, text("a", "1"));
    engine.failure = new StorageException.Unavailable("gone", null);

    // Other content for the height: what was committed to before it is read anew.
    assertThatThrownBy(() -> chain.finalizeBlock(2, tx))
        .isInstanceOf(StorageException.Unavailable.class);
    engine.failure = null;
    assertThat(codes(chain.block(tx))).containsExactly(0);
  }

  @Test
  void shouldCheckExecuteAndCommitWhileNothingCanBeRead() {
    Chain whole = new Chain(new InMemoryEngine()).started();
    chain.started();
    ByteString accepted = envelope(4).put(bytes("a"), bytes("1")).build();
    chain.block(accepted, text("b", "1"));
    whole.block(accepted, text("b", "1"));
    chain.restart();
    engine.readFailure = new StorageException.Unavailable("gone", null);
    for (long height = 2; height <= 9; height++) {
      ByteString fresh = envelope(height + 1).delete(bytes("k" + height)).build();
      int late = height > 4 ? 2 : 3;
      assertThat(chain.check(fresh).getCode()).isZero();
      assertThat(chain.check(accepted).getCode()).isEqualTo(late);
      assertThat(codes(chain.block(fresh, accepted, text("b", "" + height), fresh)))
          .containsExactly(0, late, 0, 3);
      whole.block(fresh, accepted, text("b", "" + height), fresh);
      assertThat(chain.appHash()).as("block %d", height).isEqualTo(whole.appHash());
    }
    assertThat(chain.query("", "b", 0).getCode()).isEqualTo(4);
  }

  @Test
  void shouldNeverThrowInCheckTx() {
    chain.started();
    var response = chain.check(ByteString.EMPTY);

    assertThat(response.getCode()).isEqualTo(1);
    assertThat(response.getCodespace()).isEqualTo("varve");
    assertThat(response.getLog()).isEqualTo("the transaction is empty");
    assertThat(chain.check(text("a", "1")).getGasWanted()).isEqualTo(1);
  }

  @Test
  void shouldTellInfoAndChainAfterRestart() {
    assertThat(chain.ledger.chainId()).isEmpty();
    chain.started();
    chain.block(text("a", "1"));
    chain.restart();

    ResponseInfo info = chain.ledger.info(RequestInfo.getDefaultInstance());
    assertThat(info.getData()).isEqualTo("varve");
    assertThat(info.getVersion()).isEqualTo("0.0.0-test");
    assertThat(info.getAppVersion()).isEqualTo(1);
    assertThat(info.getLastBlockHeight()).isEqualTo(1);
    assertThat(info.getLastBlockAppHash()).isEqualTo(engine.batches.get(1L).block().getAppHash());
    assertThat(chain.ledger.chainId()).contains(Chain.ID);
  }

  @Test
  void shouldRefuseAStoreWhoseStateGivesAnotherAppHash() {
    chain.started();
    chain.block(text("a", "1"));
    BlockBatch batch = engine.batches.get(1L);
    ByteString wrong = ByteString.copyFrom(new byte[32]);
    engine.commit(
        new BlockBatch(
            batch.block().toBuilder().setHeight(2).setAppHash(wrong).build(),
            batch.txs(),
            batch.txHashes(),
            batch.results(),
            batch.logs(),
            batch.stateWrites(),
            ByteString.EMPTY,
            0,
            batch.meta()));

    assertThatThrownBy(chain::restart).isInstanceOf(StorageException.Corruption.class);
  }

  @Test
  void shouldRefuseAStoreOfAnotherScheme() {
    chain.started();
    chain.block(text("a", "1"));
    engine.meta.put(Genesis.META_SCHEME, bytes("md5"));

    assertThatThrownBy(chain::restart)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the store has ledger.app_hash_scheme md5, this version reads "
                + StateCommitment.SCHEME);
  }

  @Test
  void shouldLetTheNodePruneBehindTheDiskStoreOnly() {
    Chain pruning = new Chain(engine, new LedgerConfig("t", 3)).started();
    pruning.emptyBlocks(9);
    pruning.finalizeBlock(10);
    assertThat(pruning.commit()).isEqualTo(7);
    engine.diskHeight = 2;
    pruning.finalizeBlock(11);
    assertThat(pruning.commit()).isEqualTo(2);
  }

  @Test
  void shouldKeepAllBlocksByDefault() {
    chain.started();
    chain.emptyBlocks(20);
    chain.finalizeBlock(21);

    assertThat(chain.commit()).isZero();
  }

  @Test
  void shouldRejectVoteExtensionsItDidNotMake() {
    var empty = RequestVerifyVoteExtension.getDefaultInstance();
    var other = empty.toBuilder().setVoteExtension(bytes("x")).build();

    assertThat(chain.ledger.verifyVoteExtension(empty).getStatus()).isEqualTo(VerifyStatus.ACCEPT);
    assertThat(chain.ledger.verifyVoteExtension(other).getStatus()).isEqualTo(VerifyStatus.REJECT);
  }

  @Test
  void shouldRefuseInsertTxForGood() {
    int code = chain.ledger.insertTx(RequestInsertTx.getDefaultInstance()).getCode();

    assertThat(code).isBetween(1, 31_999);
  }

  @Test
  void shouldGiveEveryWriteItsBlocksHeight() {
    chain.started();
    chain.block();
    chain.block(text("a", "1"), envelope(9).delete(bytes("b")).build());

    assertThat(engine.batches.get(2L).stateWrites())
        .extracting(StateWrite::height)
        .containsOnly(2L);
  }
}
