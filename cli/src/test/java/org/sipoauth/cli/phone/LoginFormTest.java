package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoginFormTest {
    @Test
    void findsActionAndHiddenFieldsHoweverTheyAreQuoted() {
        Optional<LoginForm> form = LoginForm.find("<FORM class=x ACTION='/login?a=1&amp;b=2' method=post>"
                + "<input value='a&quot;b' type=hidden name=_csrf><input name=username>"
                + "<input type = \"password\" name=password /></FORM>");

        assertThat(form).contains(new LoginForm(Optional.of("/login?a=1&b=2"), Map.of("_csrf", "a\"b")));
    }

    @Test
    void passesOverFormsThatAskForNoPassword() {
        Optional<LoginForm> form = LoginForm.find("<form action=/search><input type=hidden name=q value=1></form>"
                + "<form><input type=password name=password></form>");

        assertThat(form).contains(new LoginForm(Optional.empty(), Map.of()));
        assertThat(LoginForm.find("<p>Service unavailable")).isEmpty();
    }
}
