/** The authorization code grant: the request's checks, single-use codes, the exchange for tokens. */
@NullMarked
package org.sipoauth.authz.grant;

import org.jspecify.annotations.NullMarked;
