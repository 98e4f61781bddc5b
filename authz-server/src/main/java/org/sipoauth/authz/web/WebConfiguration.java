package org.sipoauth.authz.web;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import jakarta.servlet.DispatcherType;
import java.time.Clock;
import org.sipoauth.authz.client.ClientCertificates;
import org.sipoauth.authz.settings.Settings;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.Ordered;
import org.springframework.session.web.http.SessionRepositoryFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;

@Configuration(proxyBeanMethods = false)
class WebConfiguration {

    @Bean
    ClientCertificates clientCertificates(ProvisioningConnector provisioning, MutualTlsConnector mutualTls) {
        return new ShownCertificates(request -> provisioning.received(request) || mutualTls.received(request));
    }

    @Bean
    FilterRegistrationBean<PortSeparation> portSeparation(
            ProvisioningConnector provisioning, MutualTlsConnector mutualTls) {
        FilterRegistrationBean<PortSeparation> registration =
                new FilterRegistrationBean<>(new PortSeparation(provisioning, mutualTls));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    /** In place of Spring Boot's; where there are traces, they are made of its observations. */
    @Bean
    @Profile("!tracing")
    FilterRegistrationBean<ServerHttpObservationFilter> requestTimes(
            ObservationRegistry observations, MeterRegistry meters) {
        FilterRegistrationBean<ServerHttpObservationFilter> registration =
                new FilterRegistrationBean<>(new RequestTimes(observations, meters));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        return registration;
    }

    @Bean
    FilterRegistrationBean<RequestRates> requestRates(Settings settings, Clock clock, MeterRegistry meters) {
        FilterRegistrationBean<RequestRates> registration =
                new FilterRegistrationBean<>(new RequestRates(settings.requests(), clock, meters));
        registration.setOrder(SessionRepositoryFilter.DEFAULT_ORDER - 4); // before anything costs anything
        return registration;
    }

    @Bean
    RequestThreads.OfEachListener requestThreads(Settings settings) {
        int listeners = settings.mutualTls().port() == null ? 2 : 3;
        return new RequestThreads.OfEachListener(
                new HeapRoom(Runtime.getRuntime().maxMemory(), listeners));
    }

    @Bean
    FilterRegistrationBean<LateRequests> lateRequests(MeterRegistry meters) {
        FilterRegistrationBean<LateRequests> registration =
                new FilterRegistrationBean<>(new LateRequests(RequestThreads::waited, meters));
        registration.setOrder(SessionRepositoryFilter.DEFAULT_ORDER - 3);
        return registration;
    }

    @Bean
    FilterRegistrationBean<SoundParameters> soundParameters() {
        FilterRegistrationBean<SoundParameters> registration = new FilterRegistrationBean<>(new SoundParameters());
        registration.setOrder(SessionRepositoryFilter.DEFAULT_ORDER - 2); // before a session is looked up
        return registration;
    }

    @Bean
    FilterRegistrationBean<SeeOther> seeOther() {
        FilterRegistrationBean<SeeOther> registration = new FilterRegistrationBean<>(new SeeOther());
        registration.setOrder(SessionRepositoryFilter.DEFAULT_ORDER - 1); // around everything that redirects
        return registration;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> refusedRequests(
            MeterRegistry registry, ProvisioningConnector provisioning, MutualTlsConnector mutualTls) {
        return factory -> factory.addEngineValves(new RefusedRequests(registry, provisioning, mutualTls));
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> roomForTokens(MeterRegistry meters) {
        return factory -> factory.addEngineValves(new RoomForTokens(meters));
    }
}
