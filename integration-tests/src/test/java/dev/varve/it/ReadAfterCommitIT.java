package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.varve.abci.AbciClient;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.ledger.Transactions;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.RandomLag;
import dev.varve.sharding.fixture.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Through the application's Query: a read that follows a committed write never misses it and never
 * sees an older value, whatever the replicas do.
 */
@NeedsDatabase
class ReadAfterCommitIT {
  private static final int PAIRS_OF_A_BLOCK = FedHome.TXS / 4;
  private static final int BLOCKS = 10_000 / PAIRS_OF_A_BLOCK;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final TestCluster servers = TestCluster.shared();
  private final Random random = new Random(Settings.seed());
  private final ObjectMapper json = new ObjectMapper();
  private AbciClient client;

  @AfterEach
  void mend() throws Exception {
    servers.mend();
  }

  /** 10,000 new keys, 10,000 keys written over, and transactions of blocks long ago. */
  @Test
  void shouldFindEachWriteWhileReplicasStopAndGo() throws Exception {
    String database = servers.createDatabase();
    Path yaml = new ClusterYaml(servers, database).write(folder.path(), Layout.TWO_GROUPS);
    RandomLag lag = new RandomLag(servers, random);
    // Memory is full of the large blocks, so that it does not hold all of the others.
    try (FedCluster chain =
        new FedCluster(folder.path(), yaml, database, FedCluster.MANY).start()) {
      client = AbciClient.connect(chain.config().abci().address());
      for (long height = 1; height <= BLOCKS; height++) {
        lag.step();
        chain.give(height, 1);
        for (int pair = 0; pair < PAIRS_OF_A_BLOCK; pair++) {
          requireValue("over" + (4 * pair + 2), height, 4 * pair + 2);
          requireValue("k" + height + "-" + (4 * pair + 3), height, 4 * pair + 3);
        }
        requireTransaction(1 + random.nextInt((int) height));
        requireRepeated(height);
      }
      long misses = chain.status().memory().misses();
      assertThat(misses).as("reads that memory could not answer").isGreaterThan(BLOCKS / 10);
      lag.catchUp();
      chain.requireWhole(servers);
    } finally {
      client.close();
    }
  }

  private void requireValue(String key, long height, int i) throws IOException {
    ResponseQuery answer = query("", key);
    assertThat(answer.getCode()).as("%s after block %d: %s", key, height, answer).isZero();
    assertThat(answer.getValue().toString(UTF_8)).as(key).isEqualTo(FedHome.value(height, i));
  }

  private void requireTransaction(long height) throws IOException {
    int i = 4 * random.nextInt(PAIRS_OF_A_BLOCK) + 3;
    assertThat(heightOf(FedHome.block(height).getTxs(i))).isEqualTo(height);
  }

  /** The same bytes come with each block: found is the last inclusion. */
  private void requireRepeated(long height) throws IOException {
    int i = 4 * random.nextInt(PAIRS_OF_A_BLOCK);
    assertThat(heightOf(FedHome.block(height).getTxs(i))).isEqualTo(height);
  }

  private long heightOf(ByteString tx) throws IOException {
    ResponseQuery answer = query("/tx/" + TestNode.hex(Transactions.hash(tx).toByteArray()), "");
    assertThat(answer.getCode()).as(answer.toString()).isZero();
    return json.readTree(answer.getValue().toByteArray()).path("height").asLong();
  }

  private ResponseQuery query(String path, String data) throws IOException {
    RequestQuery.Builder query = RequestQuery.newBuilder().setPath(path);
    query.setData(ByteString.copyFromUtf8(data));
    return client.call(Request.newBuilder().setQuery(query).build()).getQuery();
  }
}
