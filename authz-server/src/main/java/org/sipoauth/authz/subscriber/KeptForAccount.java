package org.sipoauth.authz.subscriber;

/** What another part of the server keeps about an account: whoever has its name next begins with none of it. */
public interface KeptForAccount {

    /** Called before an account is removed, and again if that did not succeed. */
    void forget(String account);
}
