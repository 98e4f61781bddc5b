package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chain against an example that was made apart from this code, by what the manual says. */
class AuditChainTest {
    private final List<String> example = example();

    @Test
    void sealsRecordsAsTheManualSays() {
        AuditChain chain = AuditChain.begin("example", firstKey());
        for (String line : example) {
            AuditChain.Sealed sealed = chain.seal("{"
                    + line.replaceFirst("^\\{\"seq\":\\d+,\"epoch\":\\d+,", "")
                            .replaceFirst(",\"mac\":\"[^\"]*\"}$", "}"));
            assertThat(sealed.line()).isEqualTo(line);
            assertThat(chain.verify(line)).contains(sealed.chain());
            chain = sealed.chain();
        }
        assertThat(chain.epoch()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5})
    void knowsALineOfWhichOneCharacterIsAnother(int number) {
        AuditChain before = chainBefore(number);
        String line = example.get(number);
        for (int i = 0; i < line.length(); i++) {
            char other = line.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(before.verify(line.substring(0, i) + other + line.substring(i + 1)))
                    .as("character " + i)
                    .isEmpty();
        }
        assertThat(before.verify(line)).isPresent();
    }

    @Test
    void takesALineInItsPlaceAlone() {
        for (int place = 0; place < example.size(); place++) {
            for (int number = 0; number < example.size(); number++) {
                assertThat(chainBefore(place).verify(example.get(number)).isPresent())
                        .as(number + " in place " + place)
                        .isEqualTo(number == place);
            }
        }
    }

    @Test
    void goesOnFromItsState() {
        AuditChain chain = chainBefore(4);

        assertThat(AuditChain.ofState(chain.toState())).isEqualTo(chain);
        assertThat(chain.toString()).doesNotContain(chain.toState().split(" ")[4]);
    }

    private AuditChain chainBefore(int number) {
        AuditChain chain = AuditChain.begin("example", firstKey());
        for (int i = 0; i < number; i++) {
            chain = chain.verify(example.get(i)).orElseThrow();
        }
        return chain;
    }

    private static byte[] firstKey() {
        byte[] key = new byte[32];
        for (byte i = 0; i < key.length; i++) {
            key[i] = i;
        }
        return key;
    }

    private static List<String> example() {
        try (InputStream file = AuditChainTest.class.getResourceAsStream("/audit/example.jsonl")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException missing) {
            throw new AssertionError(missing);
        }
    }
}
