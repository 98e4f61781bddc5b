package org.sipoauth.verifier.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    @Test
    void readsEveryKindOfValue() throws MalformedException {
        JsonReader json =
                reader(" {\"s\":\"x\", \"n\":-1.5e2,\t\"a\":[\"p\",\"q\"],\r\n\"o\":{},\"b\":true,\"z\":null} ");
        json.beginObject();
        assertThat(json.hasNext()).isTrue();
        assertThat(json.name()).isEqualTo("s");
        assertThat(json.string()).isEqualTo("x");
        assertThat(json.hasNext()).isTrue();
        assertThat(json.name()).isEqualTo("n");
        assertThat(json.number()).isEqualByComparingTo(new BigDecimal("-150"));
        assertThat(json.hasNext()).isTrue();
        assertThat(json.name()).isEqualTo("a");
        assertThat(json.strings()).containsExactly("p", "q");
        assertThat(json.hasNext()).isTrue();
        assertThat(json.name()).isEqualTo("o");
        assertThat(json.isStringNext()).isFalse();
        json.skipValue();
        assertThat(json.hasNext()).isTrue();
        assertThat(json.name()).isEqualTo("b");
        assertThat(json.isStringNext()).isFalse();
        json.skipValue();
        assertThat(json.hasNext()).isTrue();
        assertThat(json.name()).isEqualTo("z");
        assertThat(json.isStringNext()).isFalse();
        json.skipValue();
        assertThat(json.hasNext()).isFalse();
        json.end();
    }

    /** All parameters of a header and claims of a token that are ours, and what resembles one. */
    @Test
    void makesNoCopyOfTheNamesInOurDocuments() throws MalformedException {
        for (String name : List.of(
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "jti",
                "client_id",
                "scope",
                "device_name",
                "aor",
                "sid",
                "status",
                "status_list",
                "idx",
                "uri",
                "cnf",
                "nbf",
                "x5t#S256",
                "alg",
                "typ",
                "kid")) {
            assertThat(reader("\"" + name + "\"").string()).isSameAs(name);
            for (String other :
                    List.of(name + name.charAt(0), name.substring(1), name.charAt(0) + "0" + name.substring(2))) {
                assertThat(reader("\"" + other + "\"").string()).isEqualTo(other);
            }
        }
        assertThat(reader("\"\"").string()).isSameAs("");
    }

    @Test
    void refusesWhatOnlyResemblesALiteral() {
        for (String text : List.of("nul", "tru", "fals", "nope", "trUe")) {
            assertThatThrownBy(() -> reader(text).skipValue()).as(text).isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void refusesTheFirstOfAllControlCharactersToo() {
        assertThatThrownBy(() -> reader("\"a\u0000\"").string()).isInstanceOf(MalformedException.class);
    }

    @Test
    void cutsOffAFractionAndKnowsTheEndsOfTheRange() throws MalformedException {
        assertThat(reader("0.0").wholePart(10)).isZero();
        assertThat(reader("10.0").wholePart(10)).isEqualTo(10);
        assertThat(reader("1e1").wholePart(10)).isEqualTo(10);
        assertThat(reader("109").nonNegativeInteger()).isEqualTo(109);
        for (String text : List.of("11", "10.1", "-1", "-0.1")) {
            assertThatThrownBy(() -> reader(text).wholePart(10)).as(text).isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void givesTheLikelyStringItselfOnlyWhereTheTextSaysIt() throws MalformedException {
        String likely = "sip:user";
        assertThat(reader("\"sip:user\"").string(likely)).isSameAs(likely);
        for (String other : List.of("", "sip:use", "sip:user1", "Sip:user", "sip:useR", "sub", "sip:us\u00e9")) {
            assertThat(reader("\"" + other + "\"").string(likely)).isEqualTo(other);
        }
        assertThat(reader("\"sip:user\\u0031\"").string(likely)).isEqualTo("sip:user1");
        assertThat(reader("\"\u00e9\"").string("\u00c3\u00a9")).isEqualTo("\u00e9"); // the bytes of the one in UTF-8
    }

    @Test
    void resolvesEscapes() throws MalformedException {
        assertThat(reader("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00x\"")
                        .string())
                .isEqualTo("\"\\/\b\f\n\r\t\u00e9\ud83d\ude00x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "[1,2]",
                "[[],{}]",
                "0",
                "-0",
                "10",
                "0.5",
                "1E5",
                "1e-5",
                "1e+5",
                "true",
                "false",
                "null",
                "\"\"",
                "\"\u00e9\ud83d\ude00\"",
                "{\"a\":{\"a\":1}}",
                "[{\"a\":1},{\"a\":1}]",
                "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
                "12345678901234567890123456789012"
            })
    void acceptsJson(String text) throws MalformedException {
        JsonReader json = reader(text);
        json.skipValue();
        json.end();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{]",
                "[}",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "[1 2]",
                "[1,,2]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\" 1}",
                "{a:1}",
                "{'a':1}",
                "{1:1}",
                "nul",
                "tru",
                "fals",
                "True",
                "undefined",
                "NaN",
                "Infinity",
                "-",
                "+1",
                "01",
                "-01",
                "1.",
                ".5",
                "1e",
                "1e+",
                "0x10",
                "1_000",
                "\"",
                "\"a",
                "\"\\\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u",
                "\"\\u004",
                "\"\\n\u0001\"",
                "\"\\u12G4\"",
                "\"\\u\uff11\uff12\uff13\uff14\"",
                "\"\\",
                "\"\t\"",
                "\"\n\"",
                "\"\u0000\"",
                "'a'",
                "// c\n1",
                "/**/1",
                "\ufeff{}",
                "\u00a01",
                "\f1"
            })
    void rejectsWhatIsNotJson(String text) {
        assertMalformed(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{} x", "{}{}", "1 1", "\"a\"\"b\"", "[],", "{}\u0000"})
    void rejectsTextAfterTheDocument(String text) {
        assertMalformed(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"b\":2,\"\\u0061\":3}",
                "{\"x\":{\"a\":1,\"a\":2}}",
                "[[{\"a\":null,\"a\":null}]]",
                "{\"\":1,\"\":1}"
            })
    void rejectsNameTwiceInOneObjectAtAnyDepth(String text) {
        assertMalformed(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\ud83d\"",
                "\"\\ude00\"",
                "\"\\ud83dx\"",
                "\"\\ud83d\\n\"",
                "\"\\ud83d\\ud83d\"",
                "\"\\ude00\\ud83d\""
            })
    void rejectsLoneSurrogates(String text) {
        assertMalformed(text);
    }

    @Test
    void passesOverSpaceAnywhereBetweenTokens() throws MalformedException {
        assertThat(reader(" [ \"a\" , \"b\"\t] ").strings()).containsExactly("a", "b");
        JsonReader passedOver = reader(" { \"a\" : \"b\" , \"c\" : [ ] , \"d\" : null } ");
        passedOver.skipValue();
        passedOver.end();
        JsonReader json = reader("\n{ \"a\" :\r 1 } ");
        json.beginObject();
        assertThat(json.hasNext()).isTrue();
        assertThat(json.name()).isEqualTo("a");
        assertThat(json.number()).isEqualTo("1");
        assertThat(json.hasNext()).isFalse();
        json.end();
    }

    @Test
    void takesNumbersUpToTheirBounds() throws MalformedException {
        assertThat(reader("12345678901234567890123456789012").number()).isEqualTo("12345678901234567890123456789012");
        assertThat(reader("-1e99").number()).isEqualTo("-1e99");
    }

    @Test
    void rejectsNestingBeyondSixteen() {
        assertMalformed("[".repeat(17) + "]".repeat(17));
        assertMalformed("[".repeat(100_000));
        assertMalformed("{\"a\":".repeat(100_000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "123456789012345678901234567890123",
                "1e100",
                "1e-1000",
                "1E+9999999999",
                "0.1234567890123456789012345678901234"
            })
    void rejectsNumbersOutOfBounds(String text) {
        assertMalformed(text);
    }

    @Test
    void rejectsWhatIsNotUtf8() {
        assertMalformed(new byte[] {'"', (byte) 0xE9, '"'}); // Latin-1
        assertMalformed(new byte[] {'"', (byte) 0xC0, (byte) 0xAF, '"'}); // overlong
        assertMalformed(new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'}); // a surrogate
        assertMalformed(new byte[] {'"', (byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80, '"'}); // past U+10FFFF
        assertMalformed(new byte[] {'"', (byte) 0xE2, (byte) 0x82});
        assertMalformed("{}".getBytes(StandardCharsets.UTF_16BE));
    }

    @Test
    void rejectsValueOfAnotherTypeThanAskedFor() {
        assertThatThrownBy(() -> reader("1").string()).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> reader("\"1\"").number()).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> reader("null").string()).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> reader("[]").beginObject()).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> reader("{}").beginArray()).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> reader("[1]").strings()).isInstanceOf(MalformedException.class);
    }

    @Test
    void readsIntegersOfDigitsAlone() throws Exception {
        assertThat(reader("0").nonNegativeInteger()).isZero();
        assertThat(reader("2147483647").nonNegativeInteger()).isEqualTo(Integer.MAX_VALUE);
        for (String other : new String[] {"-1", "2147483648", "1.0", "1e3", "0.5", "\"1\"", "null", "1e-1"}) {
            assertThatThrownBy(() -> reader(other).nonNegativeInteger())
                    .as(other)
                    .isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void refusesOneNameAmongManyTwice() throws MalformedException {
        StringBuilder names = new StringBuilder("{");
        for (int i = 0; i < 100; i++) {
            names.append("\"n").append(i).append("\":0,");
        }
        reader(names + "\"last\":0}").skipValue();
        for (int twice : new int[] {0, 3, 4, 15, 16, 17, 99}) {
            assertThatThrownBy(() -> reader(names + "\"n" + twice + "\":0}").skipValue())
                    .isInstanceOf(MalformedException.class)
                    .hasMessageContaining("twice");
        }
    }

    @Test
    void readsWholePartsUpToABound() throws MalformedException {
        assertThat(reader("17").wholePart(17)).isEqualTo(17);
        assertThat(reader("17.0").wholePart(17)).isEqualTo(17);
        assertThat(reader("16.9").wholePart(17)).isEqualTo(16);
        assertThat(reader("1.7e1").wholePart(17)).isEqualTo(17);
        assertThat(reader("-0").wholePart(17)).isZero();
        for (String beyond : new String[] {"18", "17.1", "-1", "-0.1", "1e3", "999999999999999999", "9".repeat(32)}) {
            assertThatThrownBy(() -> reader(beyond).wholePart(17)).isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void readsTextBetweenEscapesAsUtf8() throws MalformedException {
        assertThat(reader("\"a\u00e9\\n\ud83d\ude00\\tb\"").string()).isEqualTo("a\u00e9\n\ud83d\ude00\tb");
        byte[] broken = "\"x\\n?\"".getBytes(StandardCharsets.US_ASCII);
        broken[4] = (byte) 0xE9;
        assertThatThrownBy(() -> new JsonReader(broken).string())
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("UTF-8");
    }

    private static JsonReader reader(String text) throws MalformedException {
        return new JsonReader(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertMalformed(String text) {
        assertMalformed(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertMalformed(byte[] bytes) {
        assertThatThrownBy(() -> {
                    JsonReader json = new JsonReader(bytes);
                    json.skipValue();
                    json.end();
                })
                .isInstanceOf(MalformedException.class);
    }
}
