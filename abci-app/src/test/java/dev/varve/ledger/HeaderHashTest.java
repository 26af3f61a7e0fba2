package dev.varve.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.storage.record.BlockHeader;
import dev.varve.storage.record.BlockId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HeaderHashTest {
  private static final ByteString ZEROS = ByteString.copyFrom(new byte[32]);

  private static ByteString sha256(String text) {
    return new Sha256().hash(ByteString.copyFromUtf8(text));
  }

  /** The header that CometBFT's own test hashes, and the hash that it expects. */
  private static BlockHeader header() {
    return BlockHeader.newBuilder()
        .setVersionBlock(1)
        .setVersionApp(2)
        .setChainId("chainId")
        .setHeight(3)
        .setTime(
            Timestamp.newBuilder()
                .setSeconds(Instant.parse("2019-10-13T16:14:44Z").getEpochSecond()))
        .setLastBlockId(BlockId.newBuilder().setHash(ZEROS).setPartsTotal(6).setPartsHash(ZEROS))
        .setLastCommitHash(sha256("last_commit_hash"))
        .setDataHash(sha256("data_hash"))
        .setValidatorsHash(sha256("validators_hash"))
        .setNextValidatorsHash(sha256("next_validators_hash"))
        .setConsensusHash(sha256("consensus_hash"))
        .setAppHash(sha256("app_hash"))
        .setLastResultsHash(sha256("last_results_hash"))
        .setEvidenceHash(sha256("evidence_hash"))
        .setProposerAddress(sha256("proposer_address").substring(0, 20))
        .build();
  }

  @Test
  void shouldHashAsCometBftDoes() {
    assertThat(Json.hex(HeaderHash.of(header())))
        .isEqualTo("F740121F553B5418C3EFBD343C2DBFE9E007BB67B0D020A0741374BAB65242A4");
  }

  @Test
  void shouldDependOnEveryField() {
    ByteString hash = HeaderHash.of(header());
    for (var field : BlockHeader.getDescriptor().getFields()) {
      assertThat(HeaderHash.of(header().toBuilder().clearField(field).build()))
          .as(field.getName())
          .isNotEqualTo(hash);
    }
  }
}
