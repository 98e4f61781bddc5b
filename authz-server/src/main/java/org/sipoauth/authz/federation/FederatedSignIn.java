package org.sipoauth.authz.federation;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.http.HttpMethod;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.userinfo.DefaultOAuth2UserService;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Signing in at another provider: Spring Security's login with state, nonce and PKCE, all of which wait in the session, so
 * any of several servers may get the answer. Whoever comes back has the account that the set claim names. A name stays
 * with the {@code sub} that had it first: the provider's other claims may be given to somebody else later (OpenID Connect
 * Core 1.0 §5.7). The provider's tokens are dropped once they are read.
 */
public final class FederatedSignIn {
    /** Where signing in at the provider begins; a link, for browsers hold forms to {@code form-action}. */
    public static final String START = "/login/openid-connect";

    static final String CALLBACK = START + "/callback";

    private static final RequestMatcher STARTS = PathPatternRequestMatcher.pathPattern(HttpMethod.GET, START);
    private static final RequestMatcher RESPONSES = PathPatternRequestMatcher.pathPattern(CALLBACK);

    private final Settings.OpenidConnect settings;
    private final Provider provider;
    private final Accounts accounts;
    private final AdmissionRules rules;
    private final OidcUserService people = new OidcUserService();

    FederatedSignIn(Settings.OpenidConnect settings, Provider provider, Accounts accounts) {
        this.settings = settings;
        this.provider = provider;
        this.accounts = accounts;
        this.rules = new AdmissionRules(settings);
        DefaultOAuth2UserService userInfo = new DefaultOAuth2UserService();
        RestTemplate requests = provider.restTemplate();
        requests.setErrorHandler(new OAuth2ErrorResponseErrorHandler());
        userInfo.setRestOperations(requests);
        people.setOauth2UserService(userInfo);
    }

    /** What its button says. */
    public String button() {
        return settings.button();
    }

    /** Whether signing in failed because the provider gave no answer. */
    public static boolean isAway(Throwable failure) {
        return Provider.isAway(failure);
    }

    /**
     * @param signedIn gets an authentication by the account's name, which has no authorities yet
     * @param refused gets whatever went wrong
     */
    public void configure(
            HttpSecurity http,
            String signInPage,
            AuthenticationSuccessHandler signedIn,
            AuthenticationFailureHandler refused) {
        http.oauth2Login(login -> login.loginPage(signInPage)
                        .loginProcessingUrl(CALLBACK)
                        .clientRegistrationRepository(provider)
                        .authorizedClientRepository(new Forgetful())
                        .authorizationEndpoint(start -> start.authorizationRequestResolver(new Starts(provider)))
                        .tokenEndpoint(token -> token.accessTokenResponseClient(tokens()))
                        .userInfoEndpoint(userInfo -> userInfo.oidcUserService(this::admit))
                        .successHandler(signedIn)
                        .failureHandler(refused)
                        .withObjectPostProcessor(new ObjectPostProcessor<OAuth2AuthorizationRequestRedirectFilter>() {
                            @Override
                            public <O extends OAuth2AuthorizationRequestRedirectFilter> O postProcess(O filter) {
                                filter.setAuthenticationFailureHandler(refused);
                                return filter;
                            }
                        })
                        .withObjectPostProcessor(
                                new ObjectPostProcessor<OidcAuthorizationCodeAuthenticationProvider>() {
                                    @Override
                                    public <O extends OidcAuthorizationCodeAuthenticationProvider> O postProcess(
                                            O codes) {
                                        codes.setJwtDecoderFactory(
                                                registration -> provider.known().idTokens());
                                        return codes;
                                    }
                                }))
                .addFilterBefore(
                        new ResponseIssuerFilter(RESPONSES, provider, refused), OAuth2LoginAuthenticationFilter.class);
    }

    private RestClientAuthorizationCodeTokenResponseClient tokens() {
        RestClientAuthorizationCodeTokenResponseClient tokens = new RestClientAuthorizationCodeTokenResponseClient();
        RestClient requests = provider.requests()
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build();
        tokens.setRestClient(requests);
        return tokens;
    }

    private OidcUser admit(OidcUserRequest request) {
        OidcUser person = people.loadUser(request); // and sees that sub is the same in both (Core §5.3.2)
        AdmissionRules.Admitted admitted = rules.admit(person);
        try {
            accounts.admit(admitted.name(), admitted.kind(), provider.issuer() + ' ' + person.getSubject())
                    .orElseThrow(() -> new OAuth2AuthenticationException(new OAuth2Error("name_taken")));
        } catch (Accounts.OtherSort known) {
            throw new OAuth2AuthenticationException(new OAuth2Error("other_sort"));
        }
        return new DefaultOidcUser(List.of(), person.getIdToken(), person.getUserInfo(), settings.nameClaim());
    }

    /**
     * Begins at one address, and for one provider. Who is to sign in anew, or lately enough, for the request they come from
     * is to do so at the provider (OpenID Connect Core 1.0 §3.1.2.1).
     */
    private static final class Starts implements OAuth2AuthorizationRequestResolver {
        /** Where {@code HttpSessionRequestCache} keeps it. */
        private static final String ERRAND = "SPRING_SECURITY_SAVED_REQUEST";

        private static final List<String> SIGN_INS = List.of("login", "select_account");

        private final DefaultOAuth2AuthorizationRequestResolver requests;

        Starts(Provider provider) {
            this.requests = new DefaultOAuth2AuthorizationRequestResolver(provider, START);
        }

        @Override
        public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
            OAuth2AuthorizationRequest start = STARTS.matches(request) ? requests.resolve(request, Provider.ID) : null;
            return start == null ? null : withWishes(start, request);
        }

        @Override
        public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request, String registrationId) {
            return requests.resolve(request, registrationId);
        }

        /** Of a pushed request the link says nothing. */
        private static OAuth2AuthorizationRequest withWishes(
                OAuth2AuthorizationRequest start, HttpServletRequest request) {
            SavedRequest errand = request.getSession(false) == null
                    ? null
                    : (SavedRequest) request.getSession(false).getAttribute(ERRAND);
            if (errand == null || !words(errand, OAuth2ParameterNames.SCOPE).contains(OidcScopes.OPENID)) {
                return start;
            }
            List<String> prompt = words(errand, "prompt");
            return OAuth2AuthorizationRequest.from(start)
                    .additionalParameters(parameters -> {
                        SIGN_INS.stream()
                                .filter(prompt::contains)
                                .findFirst()
                                .ifPresent(wish -> parameters.put("prompt", wish));
                        words(errand, "max_age").stream()
                                .findFirst()
                                .ifPresent(seconds -> parameters.put("max_age", seconds));
                    })
                    .build();
        }

        private static List<String> words(SavedRequest errand, String parameter) {
            String[] values = errand.getParameterValues(parameter);
            return values == null || values.length != 1 ? List.of() : List.of(values[0].split(" "));
        }
    }

    /** Nobody asks the provider for anything after the sign-in. */
    private static final class Forgetful implements OAuth2AuthorizedClientRepository {

        @Override
        public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(
                String registrationId, Authentication person, HttpServletRequest request) {
            return null;
        }

        @Override
        public void saveAuthorizedClient(
                OAuth2AuthorizedClient client,
                Authentication person,
                HttpServletRequest request,
                HttpServletResponse response) {}

        @Override
        public void removeAuthorizedClient(
                String registrationId,
                Authentication person,
                HttpServletRequest request,
                HttpServletResponse response) {}
    }
}
