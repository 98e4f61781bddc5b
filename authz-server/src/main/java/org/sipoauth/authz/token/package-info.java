/** The access-token profile: type, claims, audience, lifetime (RFC 9068 §2). */
@NullMarked
package org.sipoauth.authz.token;

import org.jspecify.annotations.NullMarked;
