package io.millrace.connectors.kafka;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.common.utils.ProducerIdAndEpoch;

/**
 * Reads and sets the private transaction state of kafka-clients 4.x. Everything needed is looked up
 * when this is made, so that an unfit client version is refused at start and not in a recovery.
 */
final class ReflectiveTransactionResumer implements TransactionResumer {
  private static final String MANAGER =
      "org.apache.kafka.clients.producer.internals.TransactionManager";

  private final Field managerOfProducer;
  private final Field producerIdAndEpoch;
  private final Field transactionStarted;
  private final Field transactionV2;
  private final Field featuresEpoch;
  private final Method setProducerIdAndEpoch;
  private final Method transitionTo;
  private final Object initializing;
  private final Object ready;
  private final Object inTransaction;

  ReflectiveTransactionResumer() {
    try {
      Class<?> manager = Class.forName(MANAGER);
      Class<?> state = Class.forName(MANAGER + "$State");
      managerOfProducer = opened(KafkaProducer.class.getDeclaredField("transactionManager"));
      producerIdAndEpoch = opened(manager.getDeclaredField("producerIdAndEpoch"));
      transactionStarted = opened(manager.getDeclaredField("transactionStarted"));
      transactionV2 = opened(manager.getDeclaredField("isTransactionV2Enabled"));
      featuresEpoch = opened(manager.getDeclaredField("latestFinalizedFeaturesEpoch"));
      setProducerIdAndEpoch =
          opened(manager.getDeclaredMethod("setProducerIdAndEpoch", ProducerIdAndEpoch.class));
      transitionTo = opened(manager.getDeclaredMethod("transitionTo", state));
      initializing = constant(state, "INITIALIZING");
      ready = constant(state, "READY");
      inTransaction = constant(state, "IN_TRANSACTION");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "kafka-clients "
              + AppInfoParser.getVersion()
              + " has another transaction state than the one known here ("
              + e.getMessage()
              + "): exactly-once Kafka sinks need the version that connectors-kafka declares",
          e);
    }
  }

  @Override
  public KafkaCommittable identify(
      KafkaProducer<?, ?> producer, String transactionalId, long checkpointId) {
    try {
      Object manager = managerOfProducer.get(producer);
      synchronized (manager) {
        ProducerIdAndEpoch id = (ProducerIdAndEpoch) producerIdAndEpoch.get(manager);
        return new KafkaCommittable(
            transactionalId,
            id.producerId,
            id.epoch,
            transactionV2.getBoolean(manager),
            checkpointId);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public short epoch(KafkaProducer<?, ?> producer) {
    try {
      return ((ProducerIdAndEpoch) producerIdAndEpoch.get(managerOfProducer.get(producer))).epoch;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void resume(KafkaProducer<?, ?> producer, KafkaCommittable transaction) {
    try {
      Object manager = managerOfProducer.get(producer);
      synchronized (manager) {
        // The path of initTransactions and beginTransaction, without their requests.
        transitionTo.invoke(manager, initializing);
        setProducerIdAndEpoch.invoke(
            manager, new ProducerIdAndEpoch(transaction.producerId(), transaction.epoch()));
        transitionTo.invoke(manager, ready);
        transitionTo.invoke(manager, inTransaction);
        // Else the client takes the transaction for empty and sends nothing.
        transactionStarted.setBoolean(manager, true);
        // It must end by the protocol in which it was begun: only then is a second commit
        // recognised as a retry by the epoch that the first one raised. What the client hears of
        // the broker's features meanwhile must not change that.
        transactionV2.setBoolean(manager, transaction.endBumpsEpoch());
        featuresEpoch.setLong(manager, Long.MAX_VALUE);
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Can't take up transaction " + transaction, e);
    }
  }

  private static <T extends AccessibleObject> T opened(T member) {
    member.setAccessible(true);
    return member;
  }

  private static Object constant(Class<?> type, String name) throws NoSuchFieldException {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw new NoSuchFieldException(type.getName() + "." + name);
  }
}
