# The registrar. From the repository's root, after `mvn -DskipTests package`:
#   docker build -f deploy/docker/sip-registrar.Dockerfile -t sip-oauth/sip-registrar .
# BASE: any image with Java 17 or later, glibc and bash.
ARG BASE=eclipse-temurin:25-jre

FROM ${BASE}
COPY deploy/docker/healthcheck /usr/local/bin/
RUN install -d -o 10002 -g 10002 -m 0700 /var/lib/sip-oauth
COPY sip-registrar/target/sip-registrar.jar /opt/sip-oauth/
USER 10002:10002
VOLUME /var/lib/sip-oauth
WORKDIR /var/lib/sip-oauth
EXPOSE 5090 5091 9091
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 CMD ["healthcheck", "9091", "/health"]
# The native TLS library is unpacked into the data folder, for a /tmp often forbids programs. Half of the memory is for
# what Netty keeps outside the heap. Further options for Java: JDK_JAVA_OPTIONS.
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=45", "-XX:+ExitOnOutOfMemoryError", \
  "-Dio.netty.native.workdir=/var/lib/sip-oauth", "-jar", "/opt/sip-oauth/sip-registrar.jar", \
  "--jwks.cache=/var/lib/sip-oauth/jwks.cache", "--status-lists.cache=/var/lib/sip-oauth/status-lists.cache", \
  "--edges.cache=/var/lib/sip-oauth/edges.cache", "--mode.cache=/var/lib/sip-oauth/mode.cache", \
  "--ports.cache=/var/lib/sip-oauth/ports.cache"]
