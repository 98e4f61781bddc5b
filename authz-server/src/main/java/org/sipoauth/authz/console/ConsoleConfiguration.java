package org.sipoauth.authz.console;

import java.time.Duration;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Serves htmx from here: its jar is on the class path, under the version that its address names. */
@Configuration(proxyBeanMethods = false)
class ConsoleConfiguration implements WebMvcConfigurer {
    private static final String HTMX = "2.0.10";

    /** What pages load. */
    static final String SCRIPT = "/console/htmx-" + HTMX + "/htmx.min.js";

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/console/htmx-" + HTMX + "/*.min.js")
                .addResourceLocations("classpath:/META-INF/resources/webjars/htmx.org/" + HTMX + "/dist/")
                .setCacheControl(
                        CacheControl.maxAge(Duration.ofDays(365)).cachePrivate().immutable());
    }
}
