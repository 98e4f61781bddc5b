/**
 * Subscribers who sign in at another provider (OpenID Connect Core 1.0), of which this server is a client. Nothing here
 * exists unless one is set up.
 */
@NullMarked
package org.sipoauth.authz.federation;

import org.jspecify.annotations.NullMarked;
