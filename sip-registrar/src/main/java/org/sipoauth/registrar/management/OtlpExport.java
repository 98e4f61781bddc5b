package org.sipoauth.registrar.management;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Metrics that are sent to a collector, by OTLP over HTTP. Headers, such as who this is for the collector, and further attributes
 * come from the environment, as OpenTelemetry has it: {@code OTEL_EXPORTER_OTLP_HEADERS}, {@code OTEL_RESOURCE_ATTRIBUTES}.
 */
public final class OtlpExport {
    private OtlpExport() {}

    /** Sends from now on, and when it is closed; a collector that is away is a warning in the log, each time. */
    public static MeterRegistry to(URI collector, Duration every, String nodeName) {
        return new OtlpMeterRegistry(
                new OtlpConfig() {
                    @Override
                    public @Nullable String get(String key) {
                        return null; // all else as by default
                    }

                    @Override
                    public String url() {
                        return collector.toString();
                    }

                    @Override
                    public Duration step() {
                        return every;
                    }

                    @Override
                    public Map<String, String> resourceAttributes() {
                        Map<String, String> attributes = new LinkedHashMap<>(OtlpConfig.super.resourceAttributes());
                        attributes.putIfAbsent("service.name", "sip-registrar");
                        attributes.putIfAbsent("service.instance.id", nodeName);
                        return attributes;
                    }
                },
                Clock.SYSTEM);
    }
}
