// Drives a gateway as an unmodified Go client of CometBFT: cometbft HOST:PORT
// Ends with 0 and the line "done", or with what is wrong.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	cmtbytes "github.com/cometbft/cometbft/libs/bytes"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	ctypes "github.com/cometbft/cometbft/rpc/core/types"
	jsonrpc "github.com/cometbft/cometbft/rpc/jsonrpc/client"
	"github.com/cometbft/cometbft/types"
)

const limit = 60 * time.Second

// caller is the part of a client that both transports have.
type caller interface {
	BroadcastTxSync(ctx context.Context, tx types.Tx) (*ctypes.ResultBroadcastTx, error)
	ABCIQuery(ctx context.Context, path string, data cmtbytes.HexBytes) (*ctypes.ResultABCIQuery, error)
	Tx(ctx context.Context, hash []byte, prove bool) (*ctypes.ResultTx, error)
	Status(ctx context.Context) (*ctypes.ResultStatus, error)
}

// socket calls over WebSocket what the library itself calls over HTTP alone.
type socket struct {
	client *jsonrpc.WSClient
}

func (s socket) call(ctx context.Context, method string, params map[string]interface{}, result interface{}) error {
	if err := s.client.Call(ctx, method, params); err != nil {
		return err
	}
	select {
	case response := <-s.client.ResponsesCh:
		if response.Error != nil {
			return response.Error
		}
		return cmtjson.Unmarshal(response.Result, result)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s socket) BroadcastTxSync(ctx context.Context, tx types.Tx) (*ctypes.ResultBroadcastTx, error) {
	result := new(ctypes.ResultBroadcastTx)
	return result, s.call(ctx, "broadcast_tx_sync", map[string]interface{}{"tx": tx}, result)
}

func (s socket) ABCIQuery(ctx context.Context, path string, data cmtbytes.HexBytes) (*ctypes.ResultABCIQuery, error) {
	result := new(ctypes.ResultABCIQuery)
	params := map[string]interface{}{"path": path, "data": data, "height": int64(0), "prove": false}
	return result, s.call(ctx, "abci_query", params, result)
}

func (s socket) Tx(ctx context.Context, hash []byte, prove bool) (*ctypes.ResultTx, error) {
	result := new(ctypes.ResultTx)
	return result, s.call(ctx, "tx", map[string]interface{}{"hash": hash, "prove": prove}, result)
}

func (s socket) Status(ctx context.Context) (*ctypes.ResultStatus, error) {
	result := new(ctypes.ResultStatus)
	return result, s.call(ctx, "status", map[string]interface{}{}, result)
}

func must(err error, format string, args ...interface{}) {
	require(err == nil, "%s: %v", fmt.Sprintf(format, args...), err)
}

func require(ok bool, format string, args ...interface{}) {
	if !ok {
		fmt.Printf(format+"\n", args...)
		os.Exit(1)
	}
}

// writeAndRead returns the height of the block that has what it wrote.
func writeAndRead(ctx context.Context, client caller, name string) int64 {
	key := fmt.Sprintf("%s-%d", name, time.Now().UnixNano())
	tx := types.Tx(key + "=1")
	sent, err := client.BroadcastTxSync(ctx, tx)
	must(err, "broadcast_tx_sync")
	require(sent.Code == 0, "%s: broadcast_tx_sync: code %d: %s", name, sent.Code, sent.Log)
	require(bytes.Equal(sent.Hash, tx.Hash()), "%s: the hash is %s", name, sent.Hash)
	requireValue(ctx, client, key, "at once")

	found, err := client.Tx(ctx, sent.Hash, true)
	must(err, "%s: tx of what is pending", name)
	require(bytes.Equal(found.Tx, tx), "%s: tx has other bytes: %q", name, found.Tx)
	for found.Height == 0 {
		time.Sleep(20 * time.Millisecond)
		found, err = client.Tx(ctx, sent.Hash, true)
		must(err, "%s: tx on its way into a block", name)
	}
	require(bytes.Equal(found.Tx, tx), "%s: tx has other bytes in its block: %q", name, found.Tx)
	require(found.TxResult.Code == 0, "%s: code %d in its block", name, found.TxResult.Code)
	must(found.Proof.Validate(found.Proof.RootHash), "%s: proof", name)
	require(bytes.Equal(found.Proof.Data, tx), "%s: the proof is of %q", name, found.Proof.Data)
	requireValue(ctx, client, key, "after the block")

	status, err := client.Status(ctx)
	must(err, "%s: status", name)
	height := status.SyncInfo.LatestBlockHeight
	require(height >= found.Height-1, "%s: status tells height %d", name, height)
	refused, err := client.BroadcastTxSync(ctx, types.Tx("no equals sign"))
	must(err, "%s: broadcast_tx_sync of a bad transaction", name)
	require(refused.Code == 1, "%s: a bad transaction has code %d", name, refused.Code)
	return found.Height
}

func requireValue(ctx context.Context, client caller, key string, when string) {
	answer, err := client.ABCIQuery(ctx, "/store", []byte(key))
	must(err, "abci_query")
	require(string(answer.Response.Value) == "1", "%s is %q %s", key, answer.Response.Value, when)
}

// followBlocks checks that three blocks are told, one after the other.
func followBlocks(ctx context.Context, client *rpchttp.HTTP) {
	must(client.Start(), "connecting to /websocket")
	events, err := client.Subscribe(ctx, "test", types.EventQueryNewBlock.String(), 10)
	must(err, "subscribe")
	var last int64
	for i := 0; i < 3; i++ {
		select {
		case event := <-events:
			block, ok := event.Data.(types.EventDataNewBlock)
			require(ok, "an event of another type: %T", event.Data)
			require(last == 0 || block.Block.Height == last+1, "block %d after %d", block.Block.Height, last)
			last = block.Block.Height
		case <-ctx.Done():
			require(false, "only %d blocks were told", i)
		}
	}
	must(client.UnsubscribeAll(ctx, "test"), "unsubscribe_all")
	must(client.Stop(), "closing /websocket")
}

func main() {
	require(len(os.Args) == 2, "usage: cometbft URL")
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	url := os.Args[1]

	client, err := rpchttp.New(url, "/websocket")
	must(err, "url")
	height := writeAndRead(ctx, client, "http")
	block, err := client.Block(ctx, &height)
	must(err, "block")
	proven, err := client.Tx(ctx, block.Block.Txs[0].Hash(), true)
	must(err, "tx of the block")
	must(proven.Proof.Validate(block.Block.DataHash), "proof against the header")
	followBlocks(ctx, client)

	ws, err := jsonrpc.NewWS(url, "/websocket")
	must(err, "url")
	must(ws.Start(), "connecting to /websocket")
	writeAndRead(ctx, socket{ws}, "websocket")
	must(ws.Stop(), "closing /websocket")
	fmt.Println("done")
}
