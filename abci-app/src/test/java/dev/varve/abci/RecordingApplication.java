package dev.varve.abci;

import com.google.protobuf.Message;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** An application that notes every request and answers as told, else with an empty response. */
final class RecordingApplication implements InvocationHandler {
  private final List<Message> requests = Collections.synchronizedList(new ArrayList<>());
  private final Map<Class<?>, Function<Message, Message>> answers = new ConcurrentHashMap<>();

  AbciApplication application() {
    Class<?>[] type = {AbciApplication.class};
    return (AbciApplication)
        Proxy.newProxyInstance(AbciApplication.class.getClassLoader(), type, this);
  }

  <Q extends Message> RecordingApplication on(Class<Q> type, Function<Q, Message> answer) {
    answers.put(type, request -> answer.apply(type.cast(request)));
    return this;
  }

  List<Message> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Exception {
    Message request = (Message) arguments[0];
    requests.add(request);
    Function<Message, Message> answer = answers.get(request.getClass());
    return answer == null
        ? method.getReturnType().getMethod("getDefaultInstance").invoke(null)
        : answer.apply(request);
  }
}
