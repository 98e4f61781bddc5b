/** One record a decision: issued, refused, rotated, signed in; never a token, a code or a secret. */
@NullMarked
package org.sipoauth.authz.audit;

import org.jspecify.annotations.NullMarked;
