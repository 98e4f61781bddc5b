/**
 * The store: an embedded redis-server unless another Redis is configured, and what every use of it shares, such as
 * time-outs and the answer while it is away.
 */
@NullMarked
package org.sipoauth.authz.redis;

import org.jspecify.annotations.NullMarked;
