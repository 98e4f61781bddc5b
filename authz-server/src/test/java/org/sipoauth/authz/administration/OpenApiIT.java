package org.sipoauth.authz.administration;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The OpenAPI document and the server say the same. */
class OpenApiIT {
    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestAdministrator administrator;
    private static OpenApiDocument document;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
        administrator = new TestAdministrator(server);
        document = new OpenApiDocument(administrator.get("/openapi.yaml").body());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void showsTheDocumentOfTheManual() throws Exception {
        HttpResponse<String> answer = administrator.get("/openapi.yaml");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/yaml");
        assertThat(answer.body()).isEqualTo(Files.readString(Path.of("../docs/openapi.yaml")));
    }

    @Test
    void describesEveryOperationAndNoOther() {
        Set<String> described = new TreeSet<>();
        document.operations().forEach(operation -> described.add(operation.toString()));
        Set<String> mapped = new TreeSet<>();
        Map<RequestMappingInfo, ?> mappings =
                server.bean(RequestMappingHandlerMapping.class).getHandlerMethods();
        for (RequestMappingInfo mapping : mappings.keySet()) {
            for (String pattern : mapping.getPatternValues()) {
                if (pattern.startsWith(AdministrationEndpoint.PATH)) {
                    for (RequestMethod method : mapping.getMethodsCondition().getMethods()) {
                        mapped.add(method + " " + pattern.substring(AdministrationEndpoint.PATH.length()));
                    }
                }
            }
        }

        assertThat(described).isNotEmpty().containsExactlyElementsOf(mapped);
    }

    @Test
    void namesEveryOperationOnce() {
        assertThat(document.operations())
                .extracting(OpenApiDocument.Operation::id)
                .doesNotHaveDuplicates();
    }

    /** But the nodes, which are one resource. */
    @Test
    void pagesEveryCollectionAndHeedsWhatWasSeenOfEveryResource() {
        for (OpenApiDocument.Operation operation : document.operations()) {
            List<String> parameters = new ArrayList<>();
            document.parameters(operation)
                    .forEach(parameter -> parameters.add(parameter.path("name").asString()));
            if (operation.id().startsWith("list") && !operation.id().equals("listNodes")) {
                assertThat(parameters).as(operation.id()).contains("limit", "after");
            }
            if (operation.method().equals("PUT")) {
                assertThat(parameters).as(operation.id()).contains("If-Match");
            }
        }
    }

    /** Every answer that the document gives to a request of ours fits its schema. */
    @Test
    void answersAsItIsDescribed() {
        new TestPhone(server).logIn("alice", "CSFALICE");
        Map<String, HttpResponse<String>> answers = new LinkedHashMap<>();
        answers.put("putSecurityProfile", putProfile("documented", true));
        answers.put("showSecurityProfile", administrator.get("/security-profiles/documented"));
        answers.put("listSecurityProfiles", administrator.get("/security-profiles?limit=1"));
        String device = "{\"owner\":\"alice\",\"addresses_of_record\":[\"sip:1001@example.com\"],"
                + "\"security_profile\":\"documented\",\"enabled\":false}";
        answers.put("putDevice", administrator.put("/devices/CSFDOCUMENTED", device));
        answers.put("showDevice", administrator.get("/devices/CSFDOCUMENTED"));
        answers.put("diagnoseDevice", administrator.get("/devices/CSFDOCUMENTED/diagnosis"));
        answers.put("listDevices", administrator.get("/devices?limit=2"));
        answers.put("exportDevices", administrator.get("/devices/export"));
        answers.put("importDevices", importDevices("name,owner,addresses_of_record\nCSFI,ivan,sip:1@example.com\n"));
        answers.put("putEdge", administrator.put("/edges/west", "{\"certificate_names\":[\"west.example.com\"]}"));
        answers.put("showEdge", administrator.get("/edges/west"));
        answers.put("listEdges", administrator.get("/edges"));
        answers.put("removeEdge", administrator.delete("/edges/west"));
        answers.put("putMode", administrator.put("/sip-oauth-mode", "{\"mode\":\"enabled\"}"));
        answers.put("showMode", administrator.get("/sip-oauth-mode"));
        answers.put("listSessions", administrator.get("/sessions?user=alice"));
        answers.put("revoke", administrator.post("/revocations", "{\"user\":\"alice\",\"reason\":\"documented\"}"));
        answers.put("listKeys", administrator.get("/keys"));
        answers.put("searchAudit", administrator.get("/audit?limit=5"));
        answers.put("putUser", administrator.put("/users/documented", "{\"enabled\":true}"));
        answers.put("showUser", administrator.get("/users/documented"));
        answers.put("listUsers", administrator.get("/users?limit=2"));
        answers.put("resetUserPassword", administrator.post("/users/documented/password", "{\"end_logins\":true}"));
        answers.put("removeUser", administrator.delete("/users/documented"));
        answers.put(
                "putAdministrator",
                administrator.put("/administrators/documented.op", "{\"role\":\"operator\",\"enabled\":true}"));
        answers.put("showAdministrator", administrator.get("/administrators/documented.op"));
        answers.put("listAdministrators", administrator.get("/administrators"));
        answers.put("resetAdministratorPassword", administrator.post("/administrators/documented.op/password", "{}"));
        answers.put("removeAdministrator", administrator.delete("/administrators/documented.op"));
        answers.put("createActivationCode", administrator.post("/devices/SEP00005E005301/activation-code", ""));
        answers.put(
                "createActivationCodes",
                administrator.post("/activation-codes", "{\"devices\":[\"SEP00005E005302\"]}"));
        answers.put("removeActivationCode", administrator.delete("/devices/SEP00005E005301/activation-code"));
        answers.put("listParameters", administrator.get("/parameters"));
        answers.put("showParameter", administrator.get("/parameters/sip-oauth-mode"));
        answers.put(
                "putNodes",
                administrator.put("/nodes", "{\"nodes\":[{\"name\":\"node1\",\"address\":\"192.0.2.1\"}]}"));
        answers.put("listNodes", administrator.get("/nodes"));
        answers.put("resetNodes", administrator.delete("/nodes"));
        answers.put("removeDevice", administrator.delete("/devices/CSFDOCUMENTED"));
        answers.put("removeSecurityProfile", administrator.delete("/security-profiles/documented"));

        answers.forEach((id, answer) -> {
            assertThat(answer.statusCode()).as(id + " " + answer.body()).isLessThan(300);
            assertThat(document.faults(operation(id), answer))
                    .as(id + ": " + answer.body())
                    .isEmpty();
        });
    }

    @Test
    void refusesAsItIsDescribed() {
        Map<String, HttpResponse<String>> answers = new LinkedHashMap<>();
        answers.put("showDevice", administrator.get("/devices/CSFNOBODY"));
        answers.put("putDevice", administrator.put("/devices/CSFNOBODY", "{}"));
        answers.put("importDevices", importDevices("name,owner,addresses_of_record\nx,y,z\n"));
        answers.put("removeSecurityProfile", administrator.delete("/security-profiles/standard-oauth"));
        answers.put("showSession", administrator.get("/sessions/none"));
        answers.put("showClientRevocation", administrator.get("/revocations/clients/none"));
        answers.put("rotateKey", administrator.post("/keys/rotate", "{\"use\":\"access_token_signing\"}"));
        answers.put("revokeKey", administrator.post("/keys/none/revoke", ""));

        answers.forEach((id, answer) -> {
            assertThat(answer.statusCode()).as(id).isBetween(400, 499);
            assertThat(document.faults(operation(id), answer))
                    .as(id + ": " + answer.body())
                    .isEmpty();
        });
    }

    private static HttpResponse<String> putProfile(String name, boolean oauth) {
        return administrator.put(
                "/security-profiles/" + name, "{\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":" + oauth + "}");
    }

    private static HttpResponse<String> importDevices(String csv) {
        return administrator.send(
                "POST", "/devices/import", csv.getBytes(StandardCharsets.UTF_8), "Content-Type", "text/csv");
    }

    private static OpenApiDocument.Operation operation(String id) {
        return document.operations().stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
