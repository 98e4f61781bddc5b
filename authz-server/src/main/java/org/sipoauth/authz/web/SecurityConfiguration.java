package org.sipoauth.authz.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.client.ClientCertificates;
import org.sipoauth.authz.client.Clients;
import org.sipoauth.authz.console.ConsoleRights;
import org.sipoauth.authz.dpop.DpopProofs;
import org.sipoauth.authz.grant.GrantFeature;
import org.sipoauth.authz.grant.SilentRequests;
import org.sipoauth.authz.provisioning.ProvisioningAccess;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.signin.SignIn;
import org.sipoauth.authz.signing.AdministrationTokens;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.resource.web.DPoPAuthenticationEntryPoint;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.context.NullSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.ContentSecurityPolicyHeaderWriter;
import org.springframework.security.web.header.writers.DelegatingRequestMatcherHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.AndRequestMatcher;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.util.matcher.NegatedRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestHeaderRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Who may do what, by listener and path: the first chain whose matcher fits decides. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    private static final PathPatternRequestMatcher.Builder PATH = PathPatternRequestMatcher.withDefaults();

    /** Spring's endpoints that need stored tokens, of which there are none, or have pages of ours in their place. */
    private static final RequestMatcher NOT_OFFERED = new OrRequestMatcher(
            PATH.matcher("/userinfo"), PATH.matcher("/connect/logout"), PATH.matcher("/oauth2/device_verification"));

    /** RFC 6749 §3.2, RFC 7009 §2.1, RFC 7662 §2.1, RFC 8628 §3.1, RFC 9126 §2: a request to these is a POST. */
    private static final RequestMatcher POST_ONLY = new OrRequestMatcher(
            PATH.matcher("/oauth2/token"),
            PATH.matcher("/oauth2/par"),
            PATH.matcher("/oauth2/revoke"),
            PATH.matcher("/oauth2/introspect"),
            PATH.matcher("/oauth2/device_authorization"));

    private static final RequestMatcher CONSOLE = AdministrationRefusals.CONSOLE;

    /** Each makes a session for whoever asks, which {@link RequestRates} count. */
    private static final RequestMatcher ERRANDS = new OrRequestMatcher(
            PATH.matcher(HttpMethod.GET, "/oauth2/authorize"),
            PATH.matcher(HttpMethod.GET, "/device/**"),
            PATH.matcher(HttpMethod.GET, "/consent"),
            PATH.matcher(HttpMethod.GET, "/applications/**"),
            PATH.matcher(HttpMethod.GET, "/change-password"),
            PATH.matcher(HttpMethod.GET, "/console/**"));

    /** What htmx asks for. */
    private static final RequestMatcher PART_OF_A_PAGE = new RequestHeaderRequestMatcher("HX-Request", "true");

    private static final String CONSOLE_CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private static final Set<String> FOR_TOKENS = Set.of(
            "HeaderWriterFilter",
            "AuthorizationServerContextFilter",
            "OAuth2ClientAuthenticationFilter",
            "ExceptionTranslationFilter",
            "AuthorizationFilter",
            "OAuth2TokenEndpointFilter");

    /** Spring would time every filter of every request, which costs more than the filters themselves. */
    @Bean
    SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    static ManagementPort managementPort() {
        return new ManagementPort();
    }

    @Bean
    AuthorizationServerSettings authorizationServerSettings(Settings settings) {
        return AuthorizationServerSettings.builder()
                .issuer(settings.issuer().toString())
                .build();
    }

    /** Health and metrics: open where they have a loopback port of their own, else behind the sign-in. */
    @Bean
    @Order(1)
    SecurityFilterChain managementChain(HttpSecurity http, ManagementPort management) {
        return http.securityMatcher(management)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain provisioningChain(
            HttpSecurity http, ProvisioningConnector connector, ProvisioningAccess access) {
        http.securityMatcher(connector::received)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll()) // the endpoint knows the device
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(SecurityConfiguration::headers);
        access.configure(http);
        return http.build();
    }

    /** RFC 6750 and RFC 9449 for services; people have pages. */
    @Bean
    @Order(3)
    SecurityFilterChain administrationChain(
            HttpSecurity http,
            AdministrationTokens tokens,
            DpopProofs proofs,
            ClientCertificates certificates,
            Audit audit) {
        return http.securityMatcher(AdministrationRefusals.API)
                .addFilterAfter(new AdministrationRefusals(audit), SecurityContextHolderFilter.class)
                .authorizeHttpRequests(requests -> requests.anyRequest().access(new AdministrationRights()))
                .oauth2ResourceServer(server -> {
                    server.jwt(jwt -> jwt.decoder(
                            token -> requireCertificate(tokens.decoder().decode(token), certificates)));
                    proofs.addTo(server, proofs::belowIssuer, new DPoPAuthenticationEntryPoint());
                })
                .exceptionHandling(exceptions -> exceptions.accessDeniedHandler(new InsufficientScope()))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(SecurityConfiguration::headers)
                .build();
    }

    /** Of a token that is bound to one (RFC 8705 §3): it is shown by the listener for them, or not at all. */
    private static Jwt requireCertificate(Jwt token, ClientCertificates certificates) {
        boolean permitted = RequestContextHolder.currentRequestAttributes() instanceof ServletRequestAttributes here
                && Confirmation.permits(token.getClaims(), certificates.shownIn(here.getRequest()));
        if (!permitted) {
            throw new BadJwtException("the access token is bound to a certificate that is not shown here");
        }
        return token;
    }

    /** Status lists, the list of edges, mode and ports are for everybody, and can only be read. */
    @Bean
    @Order(4)
    SecurityFilterChain openListsChain(HttpSecurity http) {
        return http.securityMatcher(new OrRequestMatcher(
                        PATH.matcher("/oauth2/status-lists/**"),
                        PATH.matcher("/edges"),
                        PATH.matcher("/sip-oauth-mode"),
                        PATH.matcher("/sip-oauth-ports")))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(SecurityConfiguration::headers)
                .build();
    }

    /**
     * Nearly all that this server is asked for are tokens: of the authorization server's filters, those that do something
     * for such a request. It has no session, so that nobody is taken for a client who is signed in as a user.
     */
    @Bean
    @Order(5)
    SecurityFilterChain tokenChain(@Qualifier("authorizationServerChain") SecurityFilterChain authorizationServer) {
        List<Filter> filters = new ArrayList<>();
        filters.add(new SecurityContextHolderFilter(new NullSecurityContextRepository()));
        authorizationServer.getFilters().stream()
                .filter(filter -> FOR_TOKENS.contains(filter.getClass().getSimpleName()))
                .forEach(filters::add);
        if (filters.size() != FOR_TOKENS.size() + 1) {
            throw new IllegalStateException("this release of Spring Security has other filters: " + filters);
        }
        return new DefaultSecurityFilterChain(PATH.matcher(HttpMethod.POST, "/oauth2/token"), filters);
    }

    @Bean
    @Order(6)
    SecurityFilterChain authorizationServerChain(
            HttpSecurity http, Metadata metadata, ObjectProvider<GrantFeature> features, Audit audit) {
        OAuth2AuthorizationServerConfigurer server = new OAuth2AuthorizationServerConfigurer();
        http.securityMatcher(
                        new AndRequestMatcher(server.getEndpointsMatcher(), new NegatedRequestMatcher(NOT_OFFERED)))
                .with(server, spring -> {
                    metadata.configure(spring);
                    features.orderedStream().forEach(feature -> feature.addTo(spring));
                })
                .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET, "/oauth2/jwks")
                        .permitAll()
                        .requestMatchers(new SilentRequests())
                        .permitAll() // Spring's endpoint refuses them by itself, and where its answer may go it knows
                        .anyRequest()
                        .authenticated())
                .requestCache(cache -> cache.requestCache(errands()))
                .exceptionHandling(exceptions -> exceptions
                        .defaultAuthenticationEntryPointFor(
                                new LoginUrlAuthenticationEntryPoint(SignIn.PAGE), PATH.matcher("/oauth2/authorize"))
                        .defaultAuthenticationEntryPointFor(
                                (request, response, nobody) -> refuseClient(request, response, audit), POST_ONLY))
                .addFilterAfter(new PostedRequests(), HeaderWriterFilter.class)
                .headers(SecurityConfiguration::headers);
        return http.build();
    }

    /** A machine's endpoint that is asked in the wrong way: an answer for a machine, not the page to sign in at. */
    @Bean
    @Order(7)
    SecurityFilterChain wrongMethodChain(HttpSecurity http) {
        return http.securityMatcher(POST_ONLY)
                .authorizeHttpRequests(requests -> requests.anyRequest().denyAll())
                .exceptionHandling(exceptions -> exceptions.authenticationEntryPoint((request, response, nobody) -> {
                    response.setHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
                    response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
                }))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(SecurityConfiguration::headers)
                .build();
    }

    @Bean
    @Order(8)
    SecurityFilterChain pagesChain(HttpSecurity http, SignIn signIn, Clients clients, Audit audit) {
        http.addFilterAfter(new AdministrationRefusals(audit), SecurityContextHolderFilter.class)
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.FORWARD, DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, SignIn.PAGE, "/style.css", "/icon.svg", "/device/qr.png")
                        .permitAll()
                        .requestMatchers("/console/**")
                        .access(new ConsoleRights())
                        .requestMatchers("/device/**", "/consent", "/applications/**")
                        .hasRole("SUBSCRIBER")
                        .anyRequest()
                        .authenticated())
                .requestCache(cache -> cache.requestCache(errands()))
                .exceptionHandling(exceptions -> exceptions
                        .defaultAuthenticationEntryPointFor(SecurityConfiguration::loadAnew, PART_OF_A_PAGE)
                        .defaultAuthenticationEntryPointFor(
                                new LoginUrlAuthenticationEntryPoint(SignIn.PAGE), AnyRequestMatcher.INSTANCE))
                .headers(headers -> {
                    withoutContentSecurityPolicy(headers);
                    headers.addHeaderWriter(new DelegatingRequestMatcherHeaderWriter(
                                    CONSOLE, new ContentSecurityPolicyHeaderWriter(CONSOLE_CONTENT_SECURITY_POLICY)))
                            .addHeaderWriter(new DelegatingRequestMatcherHeaderWriter(
                                    new NegatedRequestMatcher(CONSOLE),
                                    (request, response) -> // administrators change redirect URIs meanwhile
                                    response.setHeader("Content-Security-Policy", contentSecurityPolicy(clients))));
                });
        signIn.configure(http);
        return http.build();
    }

    /** Where somebody goes on who had to sign in first: to a page, never to a part of one, and to none that is not there. */
    private static RequestCache errands() {
        HttpSessionRequestCache errands = new HttpSessionRequestCache();
        errands.setRequestMatcher(new AndRequestMatcher(ERRANDS, new NegatedRequestMatcher(PART_OF_A_PAGE)));
        return errands;
    }

    /** The session has ended under an open page: htmx loads all of it, which leads to the sign-in page. */
    private static void loadAnew(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException nobody) {
        response.setHeader("HX-Refresh", "true");
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
    }

    /** RFC 6749 §5.2, for a request in which no filter has recognised a client. */
    private static void refuseClient(HttpServletRequest request, HttpServletResponse response, Audit audit)
            throws IOException {
        audit.event("refused")
                .with("outcome", "invalid_client")
                .with("error", "invalid_client")
                .with("path", request.getRequestURI())
                .keepOfNobody(request.getRemoteAddr());
        ErrorAnswer.send(HttpStatus.UNAUTHORIZED, "invalid_client", "no client that may ask this", response);
    }

    private static void headers(HeadersConfigurer<HttpSecurity> headers) {
        withoutContentSecurityPolicy(headers);
        headers.contentSecurityPolicy(policy -> policy.policyDirectives("default-src 'none'; frame-ancestors 'none'"));
    }

    private static void withoutContentSecurityPolicy(HeadersConfigurer<HttpSecurity> headers) {
        headers.httpStrictTransportSecurity(transport -> transport.includeSubDomains(false))
                .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
                .permissionsPolicyHeader(
                        permissions -> permissions.policy("camera=(), geolocation=(), microphone=(), payment=()"));
    }

    private static String contentSecurityPolicy(Clients clients) {
        return "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none';"
                + " form-action 'self' "
                + String.join(" ", clients.redirectSources());
    }
}
