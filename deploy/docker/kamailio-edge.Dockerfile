# Kamailio as edge, as in deploy/kamailio-edge. From the repository's root:
#   docker build -f deploy/docker/kamailio-edge.Dockerfile -t sip-oauth/kamailio-edge .
# BASE: Debian 12 or later; one that has Kamailio already needs no network. edge.crt, edge.key and ca.crt are mounted
# beside the configuration.
ARG BASE=debian:12-slim

FROM ${BASE}
RUN command -v kamailio >/dev/null || { apt-get -qq update && \
  apt-get -qq install --yes --no-install-recommends kamailio kamailio-tls-modules kamailio-outbound-modules && \
  rm -rf /var/lib/apt/lists/*; }
COPY deploy/docker/healthcheck /usr/local/bin/
COPY deploy/kamailio-edge/kamailio.cfg deploy/kamailio-edge/tls.cfg /etc/kamailio-edge/
USER 10003:10003
WORKDIR /tmp
EXPOSE 5061
HEALTHCHECK --interval=15s --timeout=6s --start-period=15s --retries=3 CMD ["healthcheck", "5061"]
ENTRYPOINT ["kamailio", "-DD", "-E", "-m", "512", "-Y", "/tmp", "-f", "/etc/kamailio-edge/kamailio.cfg"]
