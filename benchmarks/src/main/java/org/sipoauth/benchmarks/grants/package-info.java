/**
 * Token grants under load, measured at the server: what they cost in processor time, beside Keycloak ({@link
 * org.sipoauth.benchmarks.grants.GrantComparison}), and how long a refresh takes as logins become many ({@link
 * org.sipoauth.benchmarks.grants.RefreshLatency}).
 */
@NullMarked
package org.sipoauth.benchmarks.grants;

import org.jspecify.annotations.NullMarked;
