package org.sipoauth.authz.people;

import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.web.bind.annotation.RequestMapping;

/** The administrators and their roles. Disabling or removing one, or another role, ends their browser sessions at once. */
@AdministrationEndpoint
@RequestMapping(AdministratorsEndpoint.PATH)
final class AdministratorsEndpoint extends AccountsEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/administrators";

    AdministratorsEndpoint(AccountAdministration administration) {
        super(administration, false, PATH);
    }

    @Override
    String howToPut() {
        return "send {\"role\":\"administrator\",\"enabled\":true}, the role one of administrator, operator and read_only,"
                + " with \"password\":\"…\" beside them if you choose one, and then, if it may be kept,"
                + " \"must_change_password\":false; nothing else";
    }

    @Override
    String howToResetPassword() {
        return "send {} to have a one-time password made, or {\"password\":\"…\"}, and then, if it may be kept,"
                + " \"must_change_password\":false; nothing else";
    }

    @Override
    Kind kind(Members members) {
        return AccountAnswers.role(members.text("role")).orElseThrow(members::refusal);
    }

    /** They have none. */
    @Override
    boolean endLogins(Members members) {
        return false;
    }
}
