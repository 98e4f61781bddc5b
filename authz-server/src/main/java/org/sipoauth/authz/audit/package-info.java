/**
 * One record a decision: issued, refused, rotated, signed in; never a token, a code or a secret. What matters for an
 * incident is kept for a while, to be searched.
 */
@NullMarked
package org.sipoauth.authz.audit;

import org.jspecify.annotations.NullMarked;
