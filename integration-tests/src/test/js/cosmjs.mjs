// Drives a gateway as an unmodified CosmJS client: node cosmjs.mjs http://HOST:PORT
// Ends with 0 and the line "done", or with an error.
import assert from "node:assert/strict";
import { Comet38Client } from "@cosmjs/tendermint-rpc";

const url = process.argv[2];
const ws = url.replace(/^http/, "ws");
const utf8 = new TextEncoder();
const text = new TextDecoder();
const hex = (bytes) => Buffer.from(bytes).toString("hex").toUpperCase();
const run = Math.random().toString(36).slice(2);

const value = async (client, key) => {
  const answer = await client.abciQuery({ path: "/store", data: utf8.encode(key) });
  return answer.code === 0 ? text.decode(answer.value) : undefined;
};

const committed = async (client, hash) => {
  for (let i = 0; i < 600; i++) {
    const tx = await client.tx({ hash });
    if (tx.height > 0) return tx;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${hex(hash)} is in no block`);
};

const writeAndRead = async (name, client) => {
  const key = `${name}-${run}`;
  const sent = await client.broadcastTxSync({ tx: utf8.encode(`${key}=1`) });
  assert.equal(sent.code, 0, sent.log);
  assert.equal(await value(client, key), "1", "read before the commit");

  const pending = await client.broadcastTxAsync({ tx: utf8.encode(`${key}=2`) });
  assert.equal(await value(client, key), "2", "an overwrite is seen at once");

  const tx = await committed(client, pending.hash);
  assert.equal(text.decode(tx.tx), `${key}=2`);
  assert.equal(tx.result.code, 0);
  assert.equal(await value(client, key), "2", "read after the commit");

  const proven = await client.tx({ hash: pending.hash, prove: true });
  const block = await client.block(proven.height);
  assert.equal(hex(proven.proof.rootHash), hex(block.block.header.dataHash));
  const results = await client.blockResults(proven.height);
  assert.equal(results.results.length, block.block.txs.length);
  const found = await client.txSearch({ query: `tx.hash='${hex(pending.hash)}'` });
  assert.equal(found.totalCount, 1);
  assert.equal(found.txs[0].height, proven.height);
  const inBlock = await client.txSearchAll({ query: `tx.height=${proven.height}` });
  assert.equal(inBlock.totalCount, block.block.txs.length);
  return key;
};

const http = await Comet38Client.connect(url);
const key = await writeAndRead("http", http);
assert.ok((await http.status()).syncInfo.latestBlockHeight > 0);
assert.equal((await http.abciInfo()).data, "varve");
assert.equal((await http.validatorsAll()).validators.length > 0, true);
await http.health();
const done = await http.broadcastTxCommit({ tx: utf8.encode(`${key}=3`) });
assert.equal(done.txResult.code, 0);
assert.ok(done.height > 0);
const refused = await http.broadcastTxSync({ tx: utf8.encode("no equals sign") });
assert.equal(refused.code, 1, "a bad transaction is refused with the application's code");
http.disconnect();

const socket = await Comet38Client.connect(ws);
const heights = [];
const blocks = new Promise((resolve, reject) => {
  socket.subscribeNewBlock().subscribe({
    next: (event) => {
      heights.push(event.header.height);
      if (heights.length === 3) resolve();
    },
    error: reject,
  });
});
await writeAndRead("websocket", socket);
await blocks;
assert.deepEqual(heights, [heights[0], heights[0] + 1, heights[0] + 2]);
socket.disconnect();
console.log("done");
process.exit(0);
