package org.sipoauth.authz.people;

import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.web.bind.annotation.RequestMapping;

/**
 * The subscribers. Disabling or removing one ends their logins and browser sessions at once; the devices of one who is
 * removed stay, disabled.
 */
@AdministrationEndpoint
@RequestMapping(UsersEndpoint.PATH)
final class UsersEndpoint extends AccountsEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/users";

    UsersEndpoint(AccountAdministration administration) {
        super(administration, true, PATH);
    }

    @Override
    String howToPut() {
        return "send {\"enabled\":true}, with \"password\":\"…\" beside it if you choose one, and then, if it may be kept,"
                + " \"must_change_password\":false; nothing else";
    }

    @Override
    String howToResetPassword() {
        return "send {\"end_logins\":true} to sign the user's phones out as well, or false, with \"password\":\"…\" beside it"
                + " if you choose one, and then, if it may be kept, \"must_change_password\":false; nothing else";
    }

    @Override
    Kind kind(Members members) {
        return Kind.SUBSCRIBER;
    }

    @Override
    boolean endLogins(Members members) {
        return members.flag("end_logins");
    }
}
