# The authorization server. From the repository's root, after `mvn -DskipTests package`:
#   docker build -f deploy/docker/authz-server.Dockerfile -t sip-oauth/authz-server .
# BASE: any image with Java 17 or later, glibc and bash.
ARG BASE=eclipse-temurin:25-jre

FROM ${BASE} AS layers
WORKDIR /layers
COPY authz-server/target/authz-server.jar .
RUN java -Djarmode=tools -jar authz-server.jar extract --layers --destination out

FROM ${BASE}
# What seldom changes comes first: an update then moves the last layer alone, some 600 KB.
COPY --from=layers /layers/out/dependencies/ /opt/sip-oauth/
COPY --from=layers /layers/out/spring-boot-loader/ /opt/sip-oauth/
COPY --from=layers /layers/out/snapshot-dependencies/ /opt/sip-oauth/
COPY cli/target/sipoauth.jar deploy/small-memory.options /opt/sip-oauth/
COPY deploy/docker/sipoauth deploy/docker/healthcheck /usr/local/bin/
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/sip-oauth
COPY --from=layers /layers/out/application/ /opt/sip-oauth/
USER 10001:10001
VOLUME /var/lib/sip-oauth
WORKDIR /var/lib/sip-oauth
EXPOSE 8443 6970 9080
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=3 \
  CMD ["healthcheck", "9080", "/actuator/health/readiness"]
# Further options for Java: JDK_JAVA_OPTIONS, such as @/opt/sip-oauth/small-memory.options (JDK 25).
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", \
  "-jar", "/opt/sip-oauth/authz-server.jar", "--sipoauth.data-dir=/var/lib/sip-oauth"]
