package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.stereotype.Controller;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.bind.annotation.RequestMapping;

class ConsoleRightsTest {

    /** Whoever adds a page decides here who may see it. */
    @Test
    void namesTheLeastRoleForEveryPageAndEveryChange() throws ClassNotFoundException {
        assertThat(mappings())
                .extracting(mapping -> mapping + " " + ConsoleRights.roleFor(mapping.method(), mapping.path()))
                .containsExactlyInAnyOrder(
                        "GET /console READ_ONLY",
                        "GET /console/diagnosis READ_ONLY",
                        "GET /console/audit READ_ONLY",
                        "GET /console/mode READ_ONLY",
                        "GET /console/keys READ_ONLY",
                        "GET /console/edges READ_ONLY",
                        "GET /console/parameters READ_ONLY",
                        "GET /console/sessions READ_ONLY",
                        "GET /console/sessions/one READ_ONLY",
                        "GET /console/devices READ_ONLY",
                        "GET /console/subscribers READ_ONLY",
                        "GET /console/administrators READ_ONLY",
                        "GET /console/sessions/revoke OPERATOR",
                        "POST /console/sessions/revoke OPERATOR",
                        "GET /console/devices/new OPERATOR",
                        "POST /console/devices/new OPERATOR",
                        "GET /console/devices/edit OPERATOR",
                        "POST /console/devices/edit OPERATOR",
                        "GET /console/devices/remove OPERATOR",
                        "POST /console/devices/remove OPERATOR",
                        "GET /console/devices/activation-code OPERATOR",
                        "POST /console/devices/activation-code OPERATOR",
                        "GET /console/subscribers/new OPERATOR",
                        "POST /console/subscribers/new OPERATOR",
                        "GET /console/subscribers/change OPERATOR",
                        "POST /console/subscribers/change OPERATOR",
                        "GET /console/subscribers/password OPERATOR",
                        "POST /console/subscribers/password OPERATOR",
                        "GET /console/subscribers/remove OPERATOR",
                        "POST /console/subscribers/remove OPERATOR",
                        "GET /console/administrators/new ADMINISTRATOR",
                        "POST /console/administrators/new ADMINISTRATOR",
                        "GET /console/administrators/role ADMINISTRATOR",
                        "POST /console/administrators/role ADMINISTRATOR",
                        "GET /console/administrators/change ADMINISTRATOR",
                        "POST /console/administrators/change ADMINISTRATOR",
                        "GET /console/administrators/password ADMINISTRATOR",
                        "POST /console/administrators/password ADMINISTRATOR",
                        "GET /console/administrators/remove ADMINISTRATOR",
                        "POST /console/administrators/remove ADMINISTRATOR",
                        "GET /console/keys/rotate ADMINISTRATOR",
                        "POST /console/keys/rotate ADMINISTRATOR",
                        "GET /console/keys/revoke ADMINISTRATOR",
                        "POST /console/keys/revoke ADMINISTRATOR",
                        "POST /console/edges ADMINISTRATOR",
                        "GET /console/edges/{name} ADMINISTRATOR",
                        "POST /console/edges/{name} ADMINISTRATOR",
                        "GET /console/edges/{name}/remove ADMINISTRATOR",
                        "POST /console/edges/{name}/remove ADMINISTRATOR",
                        "GET /console/mode/change ADMINISTRATOR",
                        "POST /console/mode/change ADMINISTRATOR",
                        "GET /console/parameters/change ADMINISTRATOR",
                        "POST /console/parameters/change ADMINISTRATOR",
                        "GET /console/parameters/reset ADMINISTRATOR",
                        "POST /console/parameters/reset ADMINISTRATOR",
                        "GET /console/parameters/node ADMINISTRATOR",
                        "POST /console/parameters/node ADMINISTRATOR",
                        "GET /console/parameters/node-remove ADMINISTRATOR",
                        "POST /console/parameters/node-remove ADMINISTRATOR");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /console/what-is-added-without-a-row, ADMINISTRATOR",
        "POST, /console, ADMINISTRATOR",
        "HEAD, /console/keys, READ_ONLY",
        "GET, /console/devices/new/more, ADMINISTRATOR",
        "GET, /console/htmx-2.0.10/htmx.min.js, READ_ONLY",
    })
    void leavesWhatNoRowNamesToAdministratorsOfTheHighestRole(String method, String path, Kind least) {
        assertThat(ConsoleRights.roleFor(HttpMethod.valueOf(method), path)).isEqualTo(least);
    }

    @ParameterizedTest
    @CsvSource({
        "ROLE_READ_ONLY, true, false, false",
        "ROLE_OPERATOR, true, true, false",
        "ROLE_ADMINISTRATOR, true, true, true",
        "ROLE_SUBSCRIBER, false, false, false",
        "CHANGE_PASSWORD, false, false, false",
        "READ_ONLY, false, false, false",
        "SCOPE_admin, false, false, false",
    })
    void givesEachRoleTheRightsOfThoseBelow(String authority, boolean sees, boolean operates, boolean administers) {
        TestingAuthenticationToken who = new TestingAuthenticationToken("somebody", null, authority);

        assertThat(authorize(who, "GET", "/console/keys")).isEqualTo(sees);
        assertThat(authorize(who, "POST", "/console/sessions/revoke")).isEqualTo(operates);
        assertThat(authorize(who, "POST", "/console/keys/rotate")).isEqualTo(administers);
    }

    @Test
    void givesNobodyAnything() {
        assertThat(authorize(null, "GET", "/console")).isFalse();
        TestingAuthenticationToken unproven = new TestingAuthenticationToken("somebody", null, "ROLE_ADMINISTRATOR");
        unproven.setAuthenticated(false);
        assertThat(authorize(unproven, "GET", "/console")).isFalse();
    }

    private static boolean authorize(TestingAuthenticationToken who, String method, String path) {
        return new ConsoleRights()
                .authorize(() -> who, new RequestAuthorizationContext(new MockHttpServletRequest(method, path)))
                .isGranted();
    }

    record Mapping(HttpMethod method, String path) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** Of all controllers of this package that have pages. */
    static List<Mapping> mappings() throws ClassNotFoundException {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(Controller.class));
        scanner.addExcludeFilter(new AnnotationTypeFilter(AdministrationEndpoint.class));
        List<Mapping> mappings = new ArrayList<>();
        for (BeanDefinition found : scanner.findCandidateComponents("org.sipoauth.authz.console")) {
            Class<?> controller = Class.forName(found.getBeanClassName());
            String below = path(AnnotatedElementUtils.findMergedAnnotation(controller, RequestMapping.class));
            for (Method method : ReflectionUtils.getAllDeclaredMethods(controller)) {
                RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
                if (mapping != null) {
                    Arrays.stream(mapping.method())
                            .forEach(one ->
                                    mappings.add(new Mapping(HttpMethod.valueOf(one.name()), below + path(mapping))));
                }
            }
        }
        return mappings;
    }

    private static String path(@Nullable RequestMapping mapping) {
        return mapping == null || mapping.path().length == 0 ? "" : mapping.path()[0];
    }
}
