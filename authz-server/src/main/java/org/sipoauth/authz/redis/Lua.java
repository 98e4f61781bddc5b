package org.sipoauth.authz.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.script.RedisScript;

/** The scripts of this build. */
public final class Lua {
    private Lua() {}

    /**
     * A script that files beside a class make up together. Read here and once: of one that it is to read by itself, Spring
     * looks at each execution whether its file has changed.
     */
    public static <T> RedisScript<T> script(Class<?> beside, Class<T> result, String... files) {
        StringBuilder text = new StringBuilder();
        for (String file : files) {
            try {
                text.append(new ClassPathResource(file, beside).getContentAsString(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException("the script " + file + " is missing in this build", e);
            }
        }
        return RedisScript.of(text.toString(), result);
    }
}
