/** What the scenarios run against: servers, Redis and their authority as programs of their own, and the way to sign in. */
@NullMarked
package org.sipoauth.benchmarks.platform;

import org.jspecify.annotations.NullMarked;
