package dev.varve.gateway.http;

import dev.varve.gateway.Submission;
import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.UplinkException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Hands transactions to the uplink, and tells the meter what came of it. */
final class Intake {
  private final Uplink uplink;
  private final GatewayMeter meter;

  Intake(Uplink uplink, GatewayMeter meter) {
    this.uplink = uplink;
    this.meter = meter;
  }

  /** As {@link Uplink#submit}; never throws. */
  CompletableFuture<List<TaskStatus>> submit(List<Submission> submissions) {
    long begin = System.nanoTime();
    return submitted(submissions)
        .whenComplete(
            (statuses, failure) -> {
              if (failure == null) {
                meter.acknowledged(statuses.size(), System.nanoTime() - begin);
              } else {
                meter.refused(reason(Failures.unwrap(failure)));
              }
            });
  }

  private CompletableFuture<List<TaskStatus>> submitted(List<Submission> submissions) {
    try {
      return uplink.submit(submissions);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static String reason(Throwable failure) {
    if (failure instanceof UplinkException.Refused) {
      return "refused";
    }
    if (failure instanceof UplinkException.Busy) {
      return "busy";
    }
    if (failure instanceof UplinkException.Unavailable) {
      return "unavailable";
    }
    return failure instanceof UplinkException.Conflict ? "conflict" : "broken";
  }
}
