package dev.varve.abci;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds a gRPC service from unary calls. */
final class GrpcServiceBuilder {
  private static final Logger log = LoggerFactory.getLogger(GrpcServiceBuilder.class);

  /** What answers a call; a request that cannot be translated is the peer's fault. */
  interface Handler<Q, R> {
    R answer(Q request) throws InvalidProtocolBufferException;
  }

  private final String service;
  private final ServerServiceDefinition.Builder definition;

  GrpcServiceBuilder(String service) {
    this.service = service;
    this.definition = ServerServiceDefinition.builder(service);
  }

  <Q extends Message, R extends Message> GrpcServiceBuilder add(
      String name, Q request, R response, Handler<Q, R> handler) {
    MethodDescriptor<Q, R> method =
        MethodDescriptor.<Q, R>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
            .setRequestMarshaller(ProtoUtils.marshaller(request))
            .setResponseMarshaller(ProtoUtils.marshaller(response))
            .build();
    definition.addMethod(
        method,
        ServerCalls.asyncUnaryCall((call, answer) -> answer(method, call, answer, handler)));
    return this;
  }

  ServerServiceDefinition build() {
    return definition.build();
  }

  private static <Q, R> void answer(
      MethodDescriptor<Q, R> method, Q request, StreamObserver<R> observer, Handler<Q, R> handler) {
    R response;
    try {
      response = handler.answer(request);
    } catch (InvalidProtocolBufferException e) {
      log.warn("ABCI call {} refused: {}", method.getFullMethodName(), e.getMessage());
      observer.onError(
          Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
      return;
    } catch (CallOrderException e) {
      log.warn("ABCI call {} refused: {}", method.getFullMethodName(), e.getMessage());
      observer.onError(
          Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException());
      return;
    } catch (RuntimeException | Error e) {
      log.error("ABCI call {} failed in the application", method.getFullMethodName(), e);
      observer.onError(Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }
}
