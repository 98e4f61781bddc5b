/**
 * Refresh tokens: families, one live successor, and the refresh grant.
 *
 * <p>A login starts a family. Its record in Redis is all that is stored; a refresh token is self-encoded and names the
 * family and a generation. Each refresh presents a generation, and one script decides what that means: see
 * {@code present.lua}, which holds every rule.
 */
@NullMarked
package org.sipoauth.authz.refresh;

import org.jspecify.annotations.NullMarked;
