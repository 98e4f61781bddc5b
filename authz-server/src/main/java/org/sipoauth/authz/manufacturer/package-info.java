/**
 * Certificates that manufacturers put into phones: whose are taken, which device each is, and the grant that signs a phone
 * in by its certificate (RFC 8705 §4). Tokens of a phone that shows one are bound to it, whatever grant they come from.
 */
@NullMarked
package org.sipoauth.authz.manufacturer;

import org.jspecify.annotations.NullMarked;
