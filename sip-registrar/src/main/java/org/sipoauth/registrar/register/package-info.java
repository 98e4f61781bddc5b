/** REGISTER processing, RFC 3261 §10.3 step by step, for holders of access tokens. */
@NullMarked
package org.sipoauth.registrar.register;

import org.jspecify.annotations.NullMarked;
