package org.sipoauth.authz.administration;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code docs/openapi.yaml} as tests use it: what operations there are, and whether an answer is one that it describes. */
final class OpenApiDocument {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final JsonNode root;
    private final Map<JsonNode, Schema> compiled = new IdentityHashMap<>(); // by where they stand in the document

    OpenApiDocument(String yaml) {
        root = new YAMLMapper().readTree(yaml);
    }

    /** @param path as in the document, below the administration API's */
    record Operation(String method, String path, JsonNode pathItem, JsonNode description) {
        String id() {
            return description.path("operationId").asString();
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        root.path("paths")
                .forEachEntry((path, item) -> item.forEachEntry((method, description) -> {
                    if (METHODS.contains(method)) {
                        operations.add(new Operation(method.toUpperCase(Locale.ROOT), path, item, description));
                    }
                }));
        return operations;
    }

    /** Those of the operation and its path, resolved. */
    List<JsonNode> parameters(Operation operation) {
        List<JsonNode> parameters = new ArrayList<>();
        for (JsonNode of : List.of(operation.pathItem(), operation.description())) {
            of.path("parameters").forEach(parameter -> parameters.add(resolve(parameter)));
        }
        return parameters;
    }

    /** The schema of the JSON body that the operation takes; missing if it takes none. */
    JsonNode requestSchema(Operation operation) {
        return resolve(operation.description().at("/requestBody/content/application~1json/schema"));
    }

    /** What is wrong with an answer, by the document; empty if nothing is. */
    List<String> faults(Operation operation, HttpResponse<String> answer) {
        JsonNode responses = operation.description().path("responses");
        JsonNode response = responses.path(Integer.toString(answer.statusCode()));
        JsonNode content = resolve(
                        response.isMissingNode() && answer.statusCode() >= 400 ? responses.path("default") : response)
                .path("content");
        String type = answer.headers().firstValue("Content-Type").orElse("").split(";")[0];
        if (response.isMissingNode() && answer.statusCode() < 400) {
            return List.of("the document has no answer " + answer.statusCode());
        }
        if (content.isMissingNode() || content.isEmpty()) {
            return answer.body().isEmpty() ? List.of() : List.of("the document has no body here");
        }
        JsonNode schema = content.path(type).path("schema");
        if (schema.isMissingNode()) {
            return List.of("the document has no " + type + " here");
        }
        return type.endsWith("json") ? faults(schema, answer.body()) : List.of();
    }

    List<String> problemFaults(String body) {
        return faults(root.at("/components/schemas/problem"), body);
    }

    private List<String> faults(JsonNode schema, String json) {
        return compiled
                .computeIfAbsent(schema, this::compile)
                .validate(
                        json,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }

    private Schema compile(JsonNode schema) {
        ObjectNode whole = (ObjectNode) schema.deepCopy();
        whole.set("components", root.path("components"));
        return SCHEMAS.getSchema(whole);
    }

    JsonNode resolve(JsonNode node) {
        JsonNode ref = node.path("$ref");
        return ref.isString() ? resolve(root.at(ref.asString().substring(1))) : node;
    }
}
