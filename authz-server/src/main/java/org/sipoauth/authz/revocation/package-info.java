/** Revocation by those who hold a token (RFC 7009), and introspection by services that may ask (RFC 7662). */
@NullMarked
package org.sipoauth.authz.revocation;

import org.jspecify.annotations.NullMarked;
