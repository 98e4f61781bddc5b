/** Key ring of an authorization server: rotation rules, encrypted stores, JWK Set. */
@NullMarked
package org.sipoauth.keys;

import org.jspecify.annotations.NullMarked;
