package org.sipoauth.authz.administration;

import jakarta.servlet.DispatcherType;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import tools.jackson.core.StreamReadFeature;

@Configuration(proxyBeanMethods = false)
class AdministrationConfiguration {

    /** Of two members of one name, which is meant? */
    @Bean
    JsonMapperBuilderCustomizer refuseDuplicateMembers() {
        return mapper -> mapper.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    }

    /** Behind Spring Security's filters: who may not ask for anything is told so first. */
    @Bean
    FilterRegistrationBean<RequestLimits> administrationRequestLimits() {
        FilterRegistrationBean<RequestLimits> filter = new FilterRegistrationBean<>(new RequestLimits());
        filter.addUrlPatterns(AdministrationEndpoint.PATH + "/*");
        return filter;
    }

    /** In front of all else, for errors alone. */
    @Bean
    FilterRegistrationBean<UnhandledErrors> administrationErrors() {
        FilterRegistrationBean<UnhandledErrors> filter = new FilterRegistrationBean<>(new UnhandledErrors());
        filter.setDispatcherTypes(DispatcherType.ERROR);
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }
}
