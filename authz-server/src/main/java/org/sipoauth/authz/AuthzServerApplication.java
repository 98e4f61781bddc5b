package org.sipoauth.authz;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;

/**
 * The authorization server: issues the tokens with which phones register. What it uses of Spring Boot is listed in
 * {@code META-INF/spring/org.sipoauth.authz.AuthzServerApplication.imports}.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration
@ComponentScan(excludeFilters = @Filter(AutoConfiguration.class)) // these come later, by the list
public class AuthzServerApplication {

    public static void main(String[] args) {
        SpringApplication.run(AuthzServerApplication.class, args);
        // what the start leaves is a third of the heap, and nothing else would give it back while phones are few; not
        // at once, for those that waited for this server are let in first
        CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS).execute(System::gc);
    }
}
