namespace PgTxAnalyzers.Tests.Verification;

public class ReferenceSetTests
{
    [Fact]
    public void Every_kind_of_library_is_in_the_set_of_everything()
    {
        TestCode.Of("""
            using Dapper;
            using MediatR;
            using Microsoft.EntityFrameworkCore;
            using Npgsql;

            class Uses
            {
                System.Type[] types =
                [
                    typeof(NpgsqlDataSource), typeof(DbContext), typeof(SqlMapper), typeof(System.Transactions.TransactionScope),
                    typeof(IPipelineBehavior<,>), typeof(MassTransit.IBus), typeof(Confluent.Kafka.IProducer<,>), typeof(RabbitMQ.Client.IChannel),
                    typeof(Grpc.Net.Client.GrpcChannel), typeof(Refit.RestService), typeof(StackExchange.Redis.IDatabase), typeof(MailKit.Net.Smtp.SmtpClient),
                    typeof(Amazon.SQS.IAmazonSQS), typeof(MongoDB.Driver.IMongoClient), typeof(Microsoft.Data.SqlClient.SqlConnection),
                    typeof(Polly.ResiliencePipeline), typeof(Hangfire.IBackgroundJobClient), typeof(Quartz.IJob), typeof(Microsoft.AspNetCore.Http.HttpContext),
                ];
            }
            """).Compile();
    }

    [Theory]
    [InlineData(nameof(ReferenceSet.Npgsql9Ef8), "Npgsql", "9.0.3.0")]
    [InlineData(nameof(ReferenceSet.Npgsql9Ef8), "Microsoft.EntityFrameworkCore", "8.0.30.0")]
    [InlineData(nameof(ReferenceSet.Npgsql9Ef8), "Dapper", "2.0.0.0")]
    [InlineData(nameof(ReferenceSet.Everything), "Npgsql", "10.0.3.0")]
    [InlineData(nameof(ReferenceSet.Everything), "Microsoft.EntityFrameworkCore", "10.0.15.0")]
    [InlineData(nameof(ReferenceSet.NpgsqlOnly), "Npgsql", "10.0.3.0")]
    [InlineData(nameof(ReferenceSet.NpgsqlOnly), "Microsoft.EntityFrameworkCore", null)]
    [InlineData(nameof(ReferenceSet.DapperOnly), "Dapper", "2.0.0.0")]
    [InlineData(nameof(ReferenceSet.DapperOnly), "Npgsql", null)]
    [InlineData(nameof(ReferenceSet.NoData), "System.Data.Common", "10.0.0.0")]
    [InlineData(nameof(ReferenceSet.NoData), "Npgsql", null)]
    [InlineData(nameof(ReferenceSet.NoData), "Dapper", null)]
    public void A_set_holds_the_versions_that_it_is_named_after(string set, string assembly, string? version)
    {
        var references = ReferenceSet.All.Single(candidate => candidate.Name == set);
        var compilation = TestCode.Of("class Empty;").WithReferences(references).Compile();
        var referenced = compilation.ReferencedAssemblyNames.SingleOrDefault(name => name.Name == assembly);
        Assert.Equal(version, referenced?.Version.ToString());
    }
}
