package dev.varve.it;

import com.google.protobuf.ByteString;
import dev.varve.abci.AbciApplication;
import dev.varve.abci.types.RequestPrepareProposal;
import dev.varve.abci.types.ResponsePrepareProposal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.LongFunction;

/**
 * An application like the one it wraps, whose proposals carry more transactions: what a validator
 * with other code might propose, bad ones among them.
 */
final class TestProposer {
  private TestProposer() {}

  /** Adds {@code extra} of the height to each proposal. */
  static AbciApplication around(AbciApplication application, LongFunction<List<byte[]>> extra) {
    return (AbciApplication)
        Proxy.newProxyInstance(
            AbciApplication.class.getClassLoader(),
            new Class<?>[] {AbciApplication.class},
            (proxy, method, args) -> {
              if (args[0] instanceof RequestPrepareProposal request) {
                return propose(application, request, extra);
              }
              try {
                return method.invoke(application, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static ResponsePrepareProposal propose(
      AbciApplication application,
      RequestPrepareProposal request,
      LongFunction<List<byte[]>> extra) {
    ResponsePrepareProposal.Builder proposal = application.prepareProposal(request).toBuilder();
    extra.apply(request.getHeight()).forEach(tx -> proposal.addTxs(ByteString.copyFrom(tx)));
    return proposal.build();
  }
}
