/** JMH benchmarks and load scenarios; never published. */
@NullMarked
package org.sipoauth.benchmarks;

import org.jspecify.annotations.NullMarked;
