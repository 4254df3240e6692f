#!/bin/sh
# Spark starts its executors with the one argument `executor`, and says in variables what they are to do
# (resource-managers/kubernetes/docker/src/main/dockerfiles/spark/entrypoint.sh of Spark). All else is a command of saywhy.
set -eu

if [ "${1:-}" != executor ]; then
  exec saywhy "$@"
fi
# SPARK_JAVA_OPT_0, SPARK_JAVA_OPT_1, …: each one option, which may have spaces.
shift
number=0
while eval "option=\${SPARK_JAVA_OPT_$number:-}" && [ -n "$option" ]; do
  set -- "$@" "$option"
  number=$((number + 1))
done
exec "$JAVA_HOME/bin/java" "$@" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
  -cp "${SPARK_CLASSPATH:-}:$SPARK_HOME/jars/*" \
  org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
  --driver-url "$SPARK_DRIVER_URL" \
  --executor-id "$SPARK_EXECUTOR_ID" \
  --cores "$SPARK_EXECUTOR_CORES" \
  --app-id "$SPARK_APPLICATION_ID" \
  --hostname "$SPARK_EXECUTOR_POD_IP" \
  --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" \
  --podName "$SPARK_EXECUTOR_POD_NAME"
